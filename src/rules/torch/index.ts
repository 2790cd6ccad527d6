import { torchSeveralRoots } from './torch-several-roots.ts';
import { torchStorageMismatch } from './torch-storage-mismatch.ts';
import type { AnyRule } from '../rule.ts';

/** What a torch checkpoint contradicts itself in, sorted by id. */
export const torchRules: readonly AnyRule[] = [torchSeveralRoots, torchStorageMismatch];
