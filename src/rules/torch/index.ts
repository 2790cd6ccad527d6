import { torchSeveralRoots } from './torch-several-roots.ts';
import { torchStorageMismatch } from './torch-storage-mismatch.ts';

/** What a torch checkpoint contradicts itself in, sorted by id. */
export const torchRules = [torchSeveralRoots, torchStorageMismatch] as const;
