/** A document that can do something when it is opened. */
export interface ActiveContent {
  readonly carrier: 'pdf' | 'svg' | 'html';
  readonly feature: string;
}

const SVG_FEATURES: readonly (readonly [string, RegExp])[] = [
  ['a script', /<\s{0,8}script\b/i],
  ['an event handler', /\son[a-z]{3,20}\s{0,8}=\s{0,8}["']/i],
  ['an embedded page', /<\s{0,8}(?:iframe|embed|object)\b/i],
  ['a script link', /(?:href|src)\s{0,8}=\s{0,8}["']\s{0,8}(?:javascript|data:text\/html)/i],
  ['an entity declaration', /<!(?:ENTITY|DOCTYPE[^>]{0,200}\[)/i],
];

/** What in an SVG a browser would run. */
export function svgFeatures(text: string): readonly string[] {
  return SVG_FEATURES.filter(([, pattern]) => pattern.test(text)).map(([name]) => name);
}

/** Names of PDF's actions (ISO 32000-1 §12.6.4), also with characters written as `#4A`. */
const PDF_FEATURES: Readonly<Record<string, string>> = {
  JavaScript: 'a script',
  JS: 'a script',
  Launch: 'a program to start',
  EmbeddedFile: 'an embedded file',
  RichMedia: 'rich media',
  GoToE: 'a link into an embedded file',
  SubmitForm: 'a form to send',
  ImportData: 'data to import',
};

/** What in a piece of a PDF acts on opening; names inside compressed objects are not seen. */
export function pdfFeatures(text: string): readonly string[] {
  const found = new Set<string>();
  for (const [, name = ''] of text.matchAll(/\/((?:[A-Za-z]|#[\da-fA-F]{2}){2,40})(?![A-Za-z#])/g)) {
    const plain = name.replace(/#([\da-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    const feature = Object.hasOwn(PDF_FEATURES, plain) ? PDF_FEATURES[plain] : undefined;
    if (feature !== undefined) found.add(feature);
  }
  return [...found];
}
