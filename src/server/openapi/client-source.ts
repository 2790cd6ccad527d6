import type { Route } from '../../contract/route.ts';

const MAX_COLUMNS = 120;

const HEAD = `// Written by \`npm run gen\` from the routes of the contract; changes belong there.
import type { ClientArguments, Send } from './client.ts';

/** A method for each route, in groups as their ids are. */
export const clientMethods = (send: Send) => ({
`;

/** Source of the typed client's methods, from the contract. Holds only what goes over the wire, so that a page need not load schemas. */
export function clientSource(routes: readonly Route[]): string {
  const groups = Map.groupBy(routes, ({ id }) => (id.includes('.') ? id.slice(0, id.indexOf('.')) : id));
  const parts = [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, members]) => groupSource(name, members));
  return `${HEAD}${parts.join('')}});\n`;
}

function groupSource(name: string, members: readonly Route[]): string {
  const [only] = members;
  if (members.length === 1 && only !== undefined && only.id === name) return methodSource(only, '  ');
  return `  ${name}: {\n${members.map((route) => methodSource(route, '    ')).join('')}  },\n`;
}

function methodSource(route: Route, indent: string): string {
  const name = route.id.slice(route.id.indexOf('.') + 1);
  const answer = route.produces !== undefined ? 'response' : route.reply === undefined ? 'nothing' : 'json';
  const wire = wireSource(
    { method: route.method, path: route.path, answer, ...(route.takes === undefined ? {} : { takes: route.takes }) },
    `${indent}    `,
  );
  const head = `${indent}${name}: (...input: ClientArguments<'${route.id}'>) =>`;
  return `${indent}/** ${route.summary} */\n${laidOut(head, [wire, `'${route.id}'`, 'input'], indent)}\n`;
}

/** On one line, or a line for each field where that would be too long behind `indent`. */
function wireSource(wire: Readonly<Record<string, string>>, indent: string): string {
  const fields = Object.entries(wire).map(([name, value]) => `${name}: '${value}'`);
  const line = `{ ${fields.join(', ')} }`;
  if (indent.length + line.length < MAX_COLUMNS) return line;
  return `{\n${fields.map((field) => `${indent}  ${field},\n`).join('')}${indent}}`;
}

/** As the formatter lays it out: on one line, or the call on its own, or its arguments on theirs. */
function laidOut(head: string, args: readonly string[], indent: string): string {
  const call = `send(${args.join(', ')}),`;
  if (head.length + call.length < MAX_COLUMNS) return `${head} ${call}`;
  if (indent.length + 2 + call.length <= MAX_COLUMNS) return `${head}\n${indent}  ${call}`;
  return `${head}\n${indent}  send(\n${args.map((arg) => `${indent}    ${arg},\n`).join('')}${indent}  ),`;
}
