/** Options of `vouchsafe backup`. */
export interface BackupArguments {
  readonly data?: string;
  readonly blobs?: string;
  readonly withKeys?: boolean;
}

/** Options of `vouchsafe restore`. */
export interface RestoreArguments {
  readonly data?: string;
  readonly lastCheckpoint?: string;
}
