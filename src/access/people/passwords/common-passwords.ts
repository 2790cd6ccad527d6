/**
 * What guessing begins with, without digits and signs at the ends and with letters for the digits that stand for them: `P4ssw0rd!2024` is
 * `password`. Written by hand from what every published list has in common; a list of stolen passwords belongs in a file
 * (`breachedPasswordsFile`).
 */
export const commonPasswords: ReadonlySet<string> = new Set(
  `
  password passwordpassword mypassword yourpassword newpassword oldpassword thepassword passwort kennwort motdepasse contrasena contraseña
  passphrase mypassphrase secretpassword supersecret topsecret verysecret secretsecret secret changeme changemenow changeit pleasechangeme
  letmein letmeinnow letmeinplease openup opensesame trustno welcome welcomeback welcomehome welcometo hello helloworld hellohello
  iloveyou iloveyousomuch iloveu iloveme iloveyouforever loveyou lovelove lovelovelove loveme love
  administrator administration admin adminadmin adminpassword superadmin sysadmin root rootroot toor rootpassword superuser user
  username guest guestguest default defaultpassword test testtest testing testpassword temp temporary temppassword demo example
  qwerty qwertyqwerty qwertyuiop qwertyuiopasdfghjkl asdfghjkl asdfghjklqwertyuiop zxcvbnm qwertyuiopzxcvbnm qazwsx qazwsxedc qazwsxedcrfv
  qwertz qwertzuiop azerty azertyuiop asdfasdf asdfasdfasdf asdfqwer qwerasdf qwerasdfzxcv zaqxsw zaqwsx qaswed wsxedc
  abcdef abcdefg abcdefgh abcdefghi abcdefghij abcdefghijkl abcdefghijklmnop abcabc abcabcabc aabbcc
  football baseball basketball soccer hockey princess sunshine superman batman spiderman starwars pokemon dragon monkey shadow master
  michael jennifer jordan charlie jessica ashley daniel computer internet whatever nothing freedom forever
  summer winter spring autumn january february march april june july august september october november december monday friday
  chelsea liverpool arsenal barcelona realmadrid manchester manchesterunited juventus
  correcthorsebatterystaple correcthorse horsebatterystaple tobeornottobe maytheforcebewithyou thequickbrownfox
  vouchsafe company companyname enterprise security securitysecurity machinelearning artificialintelligence
  `
    .trim()
    .split(/\s+/),
);

/** Rows of keyboards, and what is counted up: pieces of these are no secret however long. */
export const sequences: readonly string[] = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890123456789',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/',
  '1q2w3e4r5t6y7u8i9o0p',
  '!@#$%^&*()_+',
];
