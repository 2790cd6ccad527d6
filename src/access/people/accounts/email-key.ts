import { folded } from '../../folded.ts';

/**
 * What an address is found by: one person may write it with capitals, another without. Case is folded in the local part too, though RFC 5321
 * lets servers tell it apart: none does, and two accounts that differ in case only would be a trap.
 */
export function emailKey(email: string): string {
  return folded(email.trim());
}
