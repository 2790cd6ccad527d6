/**
 * True when text has keys or tags that make a YAML loader, or what reads its result, call something. Such text is
 * examined as YAML whatever its name. Linear: every pattern starts with a literal.
 */
export function hasYamlPowers(text: string): boolean {
  if (/!!?python\/|tag:yaml\.org,2002:python\/|!(?:new|name|apply|module):[a-z_]/i.test(text)) return true;
  if (DISGUISED_TAG.test(text)) return true;
  if (/(?:^|[\s\u0085{,"'])(?:_target_|class_path)["']?[ \t]{0,16}:/.test(text)) return true;
  return (
    /(?:^|[\s\u0085{,"'])target["']?[ \t]{0,16}:/.test(text) && /(?:^|[\s\u0085{,"'])params["']?[ \t]{0,16}:/.test(text)
  );
}

/** Tags spelled so that no name shows: characters as `%6e`, or a part of the name in a directive. */
const DISGUISED_TAG = /^%TAG\s|(?:^|[\s[{,])!<?[^\s()[\]{}"'%]{0,200}%[0-9a-f]{2}/im;
