/**
 * The text that scipy's distributions keep in `_parse_arg_template` and compile in `__setstate__`
 * (`rv_generic._attach_argparser_methods`). The template is the same in all releases from 0.17 to 1.18;
 * only the names of the shape parameters vary, and whether there is a scale.
 */

const maxShapes = 32;
const shapeName = /^[A-Za-z]\w{0,63}$/;
const firstLine = /^\ndef _parse_args\(self, ((?:\w+, )*) loc=0(, scale=1)?\):\n/;

/** The template as scipy renders it for these shape parameters. */
export function scipyArgumentTemplate(shapes: readonly string[], hasScale: boolean): string {
  const names = shapes.map((shape) => `${shape}, `).join('');
  const parameters = hasScale ? 'loc=0, scale=1' : 'loc=0';
  const values = hasScale ? 'loc, scale' : 'loc, 1';
  return (
    `\ndef _parse_args(self, ${names} ${parameters}):\n    return (${names}), ${values}\n` +
    `\ndef _parse_args_rvs(self, ${names} ${parameters}, size=None):\n    return self._argcheck_rvs(${names} ${values}, size=size)\n` +
    `\ndef _parse_args_stats(self, ${names} ${parameters}, moments='mv'):\n    return (${names}), ${values}, moments\n`
  );
}

/** True when a text is exactly what scipy renders: its shape names are read from the first line, and the whole is rendered again. */
export function isScipyArgumentTemplate(text: string): boolean {
  const start = firstLine.exec(text.slice(0, 4096));
  if (start === null) return false;
  const shapes = (start[1] ?? '').split(', ').filter((name) => name !== '');
  if (shapes.length > maxShapes || !shapes.every((name) => shapeName.test(name))) return false;
  return text === scipyArgumentTemplate(shapes, start[2] !== undefined);
}
