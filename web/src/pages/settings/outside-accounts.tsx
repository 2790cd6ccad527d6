import { Button } from '@mantine/core';
import { call } from '../../api/call.ts';
import { Panel, Row, Stack } from '../../ui/panel.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import { RefusedElsewhere } from '../gate/refused-elsewhere.tsx';

interface OutsideAccountsProps {
  readonly providers: readonly { readonly id: string; readonly name: string }[];
  /** Code of the problem that linking came back with. */
  readonly refused: string | undefined;
}

/** Links an outside account as one more way in: it leads there and back. */
export function OutsideAccounts({ providers, refused }: OutsideAccountsProps) {
  const { busy, error, submit } = useSubmit();
  const leave = (provider: string): Promise<boolean> =>
    submit(async () => {
      const { location } = await call('signIn.oidcStart', { params: { provider } });
      window.location.assign(location);
    });

  return (
    <Panel title="Single sign-on" lead="Once linked, that account signs you in here too.">
      <Stack>
        {refused !== undefined && error === null && <RefusedElsewhere code={refused} />}
        <ProblemNote error={error} />
        <Row>
          {providers.map(({ id, name }) => (
            <Button key={id} variant="default" size="xs" loading={busy} onClick={() => void leave(id)}>
              Link {name}
            </Button>
          ))}
        </Row>
      </Stack>
    </Panel>
  );
}
