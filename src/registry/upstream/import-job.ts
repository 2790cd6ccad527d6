export const importJob = 'registry.import';

/** With the pauses between them about ten minutes: the time that a hub takes to come back. */
export const MAX_IMPORT_ATTEMPTS = 8;
