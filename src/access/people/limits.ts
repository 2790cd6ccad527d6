/** How long things last and how large they may be. Times in seconds unless the name says otherwise. */
export const peopleLimits = {
  /** A person has this long to open an invitation. */
  invitationSeconds: 72 * 3600,
  /** The operator is at the keyboard when the server starts. */
  setUpSeconds: 24 * 3600,
  /** Between the first and the second factor. */
  pendingSessionSeconds: 600,
  /** Enrolling the factor that a role demands, counted from signing in: an app may have to be installed first. */
  enrolmentSeconds: 1800,
  /** Asking for a passkey: people look for the key, then touch it. */
  challengeSeconds: 300,
  /** Away at the identity provider, perhaps resetting a password there. */
  oidcSeconds: 900,
  /** Scanning the code of a new authenticator app. */
  totpPendingSeconds: 900,
  /** How often being seen is written down, at most. */
  seenEverySeconds: 60,
  maxSessionsPerPerson: 50,
  maxPasskeysPerPerson: 20,
  maxIdentitiesPerPerson: 10,
  /** Of the cache of sessions: about 400 bytes each. */
  maxCachedSessions: 20_000,
  maxAgentChars: 200,
  recoveryCodes: 10,
  /** Rows of the breached passwords that a search may look at: 2^64 lines would fit. */
  maxSearchSteps: 64,
} as const;
