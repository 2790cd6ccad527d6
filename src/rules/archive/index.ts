import type { AnyRule } from '../rule.ts';
import { archiveCaseCollision } from './archive-case-collision.ts';
import { archiveCrcMismatch } from './archive-crc-mismatch.ts';
import { archiveDuplicateName } from './archive-duplicate-name.ts';
import { archiveEncryptionFlag } from './archive-encryption-flag.ts';
import { archiveExecutableMember } from './archive-executable-member.ts';
import { archiveHeaderMismatch } from './archive-header-mismatch.ts';
import { archiveHiddenMember } from './archive-hidden-member.ts';
import { archiveLink } from './archive-link.ts';
import { archiveOddName } from './archive-odd-name.ts';
import { archiveOutsideBytes } from './archive-outside-bytes.ts';
import { archiveOverlap } from './archive-overlap.ts';
import { archivePathTraversal } from './archive-path-traversal.ts';
import { archiveSeveralDirectories } from './archive-several-directories.ts';
import { archiveSpecialFile } from './archive-special-file.ts';

/** How an archive contradicts itself, or reaches beyond itself. */
export const archiveRules: readonly AnyRule[] = [
  archiveCaseCollision,
  archiveCrcMismatch,
  archiveDuplicateName,
  archiveEncryptionFlag,
  archiveExecutableMember,
  archiveHeaderMismatch,
  archiveHiddenMember,
  archiveLink,
  archiveOddName,
  archiveOutsideBytes,
  archiveOverlap,
  archivePathTraversal,
  archiveSeveralDirectories,
  archiveSpecialFile,
];
