import type { z } from 'zod';
import type { Route } from '../../contract/route.ts';
import { escapeText } from '../../scan/reporters/html-parts.ts';
import { accessText, groupOf, schemaOf } from './document.ts';
import { page, prose, sentence } from './page.ts';
import { noteOf, typeText } from './type-text.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Every route of the contract on one page, to be searched in the browser. */
export function apiPage(routes: readonly Route[]): string {
  const groups = [...Map.groupBy(routes, groupOf)].sort(([a], [b]) => (a < b ? -1 : 1));
  const contents = groups.map(
    ([name, members]) => `<p>${escapeText(name)}</p><ul>${members.map(contentsItem).join('')}</ul>`,
  );
  const sections = groups.map(
    ([name, members]) => `<section><h2>${escapeText(name)}</h2>${members.map(routeCard).join('\n')}</section>`,
  );
  return page(
    'Vouchsafe: the HTTP interface',
    `<div class="frame"><nav aria-label="Routes">${contents.join('')}</nav>
<main><h1>The HTTP interface</h1>${introduction}
${sections.join('\n')}
</main></div>`,
  );
}

const introduction = [
  'Everything the server does, as its console uses it. The same as a document for programs: <a href="/api/openapi.json">openapi.json</a>.',
  'People sign in and hold a session in a cookie; programs send a key or a short-lived token as `authorization: Bearer`. Never both.',
  'With the cookie of a session, everything that changes something repeats `csrfToken` of `GET /api/me` in the header `x-csrf-token`.',
  'Whatever goes wrong is answered as `application/problem+json` (RFC 9457) with a stable `code`, a sentence, a `hint` what to do, and the id of the request as `instance`.',
  'What a route does not name is refused: a field or parameter is never ignored. Lists come in pages: `next` of a page is `cursor` of the next request.',
]
  .map((text) => `<p>${text.replaceAll(/`([^`]+)`/g, '<code>$1</code>')}</p>`)
  .join('\n');

const contentsItem = ({ id }: Route): string => `<li><a href="#${id}">${escapeText(id)}</a></li>`;

function routeCard(route: Route): string {
  return `<article class="route" id="${route.id}">
<h3><span class="method ${route.method}">${route.method}</span> <span class="path">${escapeText(route.path)}</span> <a class="id" href="#${route.id}">${route.id}</a></h3>
<p>${prose(sentence(route.summary))}${route.description === undefined ? '' : ` ${prose(route.description)}`}</p>
<p class="dim">${prose(accessText(route))}</p>
${parameters('In the path', route.params)}${parameters('In the query', route.query)}${body(route)}${reply(route)}
</article>`;
}

function parameters(title: string, schema: z.ZodObject | undefined): string {
  if (schema === undefined) return '';
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly required?: readonly string[];
  };
  const rows = Object.entries(properties).map(
    ([name, of]) =>
      `<tr><td><code>${escapeText(name)}</code>${required.includes(name) ? '' : ' <span class="dim">optional</span>'}</td><td>${escapeText(typeText(of))}</td><td class="dim">${prose(noteOf(of))}</td></tr>`,
  );
  return rows.length === 0 ? '' : `<h4>${title}</h4><table><tbody>${rows.join('')}</tbody></table>`;
}

function body(route: Route): string {
  if (route.takes !== undefined) return `<h4>Body</h4><p>${escapeText(route.takes)}</p>`;
  if (route.body === undefined) return '';
  const form = route.takesForm === true ? ', or the same as a form' : '';
  return `<h4>Body: JSON${form}</h4>${typeBlock(route.body, 'input')}`;
}

function reply({ reply: schema, produces, status }: Route): string {
  if (produces !== undefined) return `<h4>Answer</h4><p>${escapeText(produces)}</p>`;
  if (schema === undefined) return '<h4>Answer</h4><p>204, without a body</p>';
  return `<h4>Answer${status === undefined ? '' : `: ${status}`}</h4>${typeBlock(schema, 'output')}`;
}

/** Line by line: the line ends are ours, whatever else is in the text is shown. */
function typeBlock(schema: z.ZodType, io: 'input' | 'output'): string {
  const lines = typeText(schemaOf(schema, io)).split('\n');
  return `<pre>${lines.map((line) => escapeText(line)).join('\n')}</pre>`;
}
