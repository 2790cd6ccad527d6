import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { type Me, useChanged } from '../../api/hooks.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Facts, Panel, Row } from '../../ui/panel.tsx';
import { SecretOnce } from '../../ui/secret-once.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { TotpEnrolment } from '../gate/totp-enrolment.tsx';

const FEW_CODES = 3;

/** The authenticator app and the recovery codes. */
export function SecondFactors({ me }: { readonly me: Me }) {
  const [adding, setAdding] = useState(false);
  const [asking, setAsking] = useState<'remove' | 'codes' | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const changed = useChanged();

  return (
    <Panel title="Authenticator and recovery">
      <State me={me} onAdd={() => setAdding(true)} onAsk={setAsking} />
      <Modal opened={adding} onClose={() => setAdding(false)} title="Set up an authenticator app">
        <TotpEnrolment
          onAdded={(given) => {
            setAdding(false);
            if (given.length > 0) setCodes(given);
            void changed('me.');
          }}
        />
      </Modal>
      <Confirmations asking={asking} onClose={() => setAsking(null)} onCodes={setCodes} />
      <Modal
        opened={codes !== null}
        onClose={() => setCodes(null)}
        title="Your recovery codes"
        closeOnClickOutside={false}
        closeOnEscape={false}
        withCloseButton={false}
      >
        <SecretOnce
          secrets={codes ?? []}
          what="recovery codes"
          lead="For the day your phone or key is lost: each code lets you in once, together with your password."
          onStored={() => setCodes(null)}
        />
      </Modal>
    </Panel>
  );
}

interface StateProps {
  readonly me: Me;
  readonly onAdd: () => void;
  readonly onAsk: (about: 'remove' | 'codes') => void;
}

function State({ me, onAdd, onAsk }: StateProps) {
  return (
    <Facts
      facts={[
        {
          term: 'Authenticator app',
          is: (
            <Row>
              <StatusMark of={me.hasTotp ? 'active' : 'disabled'}>{me.hasTotp ? 'Set up' : 'Not set up'}</StatusMark>
              <Button variant="default" size="compact-sm" onClick={() => (me.hasTotp ? onAsk('remove') : onAdd())}>
                {me.hasTotp ? 'Remove…' : 'Set up'}
              </Button>
            </Row>
          ),
        },
        {
          term: 'Recovery codes',
          is: (
            <Row>
              <StatusMark of={codesMark(me)}>
                {me.recoveryCodesLeft === 0 ? 'None left' : `${me.recoveryCodesLeft} left`}
              </StatusMark>
              <Button variant="default" size="compact-sm" onClick={() => onAsk('codes')}>
                Make new ones…
              </Button>
            </Row>
          ),
        },
      ]}
    />
  );
}

interface ConfirmationsProps {
  readonly asking: 'remove' | 'codes' | null;
  readonly onClose: () => void;
  readonly onCodes: (codes: readonly string[]) => void;
}

function Confirmations({ asking, onClose, onCodes }: ConfirmationsProps) {
  const changed = useChanged();
  return (
    <>
      <ConfirmDialog
        opened={asking === 'remove'}
        onClose={onClose}
        title="Remove the authenticator app?"
        verb="Remove"
        danger
        onConfirm={async () => {
          await call('me.totpRemove');
          await changed('me.');
        }}
      >
        Its codes no longer work. Refused where your role needs a second factor and you have no passkey.
      </ConfirmDialog>
      <ConfirmDialog
        opened={asking === 'codes'}
        onClose={onClose}
        title="Make new recovery codes?"
        verb="Make new ones"
        onConfirm={async () => {
          onCodes((await call('me.recoveryCodes')).codes);
          await changed('me.');
        }}
      >
        The codes that you have stored end at once.
      </ConfirmDialog>
    </>
  );
}

function codesMark({ recoveryCodesLeft, hasTotp, passkeys }: Me): string {
  if (!hasTotp && passkeys.length === 0) return 'disabled';
  if (recoveryCodesLeft === 0) return 'high';
  return recoveryCodesLeft < FEW_CODES ? 'medium' : 'active';
}
