import type { RunningServer } from '../../server/serve/start-server.ts';
import type { Theme } from '../render/theme.ts';

/** What a person sees when the server has started: where it is, and on the first run, how to begin. */
export function welcome(
  server: Pick<RunningServer, 'origin' | 'folder' | 'isLoopback' | 'setUpLink'>,
  theme: Theme,
): string {
  const { bold, dim } = theme;
  const reach = server.isLoopback ? 'from this machine only' : 'from other machines too';
  const lines = [
    '',
    `  ${bold('Vouchsafe')} runs at ${bold(server.origin)} ${dim(`(${reach})`)}`,
    `  ${dim(`data in ${server.folder}`)}`,
    '',
  ];
  return [...lines, ...(server.setUpLink === null ? [] : firstSteps(server.setUpLink, theme)), ''].join('\n');
}

function firstSteps(link: string, { bold, dim }: Theme): readonly string[] {
  return [
    `  ${bold('First run.')} Nobody can sign in yet. Open this link to become the first administrator:`,
    '',
    `    ${bold(link)}`,
    '',
    `  ${dim('1')}  choose a name and a password`,
    `  ${dim('2')}  add a passkey or an authenticator app: administrators need one`,
    `  ${dim('3')}  invite others, and give them no more than they need`,
    '',
    `  ${dim('The link works once. Whoever has it is administrator: keep it to yourself. A restart makes a new one.')}`,
    '',
  ];
}
