/**
 * True when text has keys or tags that make a YAML loader, or what reads its result, call something. Such text is
 * examined as YAML whatever its name. Linear: every pattern starts with a literal.
 */
export function hasYamlPowers(text: string): boolean {
  if (/!!?python\/|tag:yaml\.org,2002:python\/|!(?:new|name|apply|module):[a-z_]/i.test(text)) return true;
  if (/(?:^|[\s\u0085{,"'])(?:_target_|class_path)["']?[ \t]{0,16}:/.test(text)) return true;
  return (
    /(?:^|[\s\u0085{,"'])target["']?[ \t]{0,16}:/.test(text) && /(?:^|[\s\u0085{,"'])params["']?[ \t]{0,16}:/.test(text)
  );
}
