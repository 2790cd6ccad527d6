import { expect, test } from 'vitest';
import { PeopleError } from '../errors.ts';
import { checkPassword } from './password-policy.ts';

const owner = { name: 'Grace Brewster Hopper', email: 'grace.hopper@navy.example' };

function refusalOf(password: string): string | null {
  try {
    checkPassword(password, owner, 12);
    return null;
  } catch (error) {
    if (error instanceof PeopleError) return error.code;
    throw error;
  }
}

test.each([
  'elf chars ok',
  'violet lamp under nine bridges',
  'kZ8#qv!Lm2$x',
  'ドアの前の青い猫が三匹いる',
  'grace under pressure since 1906',
  '          leading spaces count',
])('%s is taken', (password) => expect(refusalOf(password)).toBeNull());

test.each(['short', 'eleven char', '🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑'])(
  '%s is too short: characters count, not bytes or units',
  (password) => expect(refusalOf(password)).toBe('password-short'),
);

test.each([
  'password1234',
  'P4ssw0rd!2024',
  'Passw0rd12345!',
  'letmeinletmein',
  'qwertyuiopas',
  '1q2w3e4r5t6y',
  '1qaz2wsx3edc',
  '123456789012',
  'poiuytrewqlk',
  'aaaaaaaaaaaa',
  'abcabcabcabcabc',
  'administrator',
  'adminadminadmin',
  'correcthorsebatterystaple',
  'Correct Horse Battery Staple',
  '!!welcome2026!!',
  '20261127123456',
])('%s is common', (password) => expect(refusalOf(password)).toBe('password-common'));

test.each(['grace.hopper@navy.example', 'Grace Hopper 1', 'gracehopper1906', 'HopperHopper!!', 'navy-grace-hopper'])(
  '%s is made of what everybody knows of her',
  (password) => expect(refusalOf(password)).toBe('password-personal'),
);
