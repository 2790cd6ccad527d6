import { call } from '../../api/call.ts';
import { AcceptanceForm } from './acceptance-form.tsx';
import { useFragmentToken } from './fragment-token.ts';
import { GateFrame } from './gate-frame.tsx';
import { useTakesPasswords } from './takes-passwords.ts';

/** Behind the link that the server prints at its first start: makes the first administrator. */
export function SetUpPage() {
  const token = useFragmentToken();
  const takesPasswords = useTakesPasswords();
  if (token === null) {
    return (
      <GateFrame
        title="This link is incomplete"
        lead="The part after # is missing. Open the whole link that the server printed when it started."
      >
        {null}
      </GateFrame>
    );
  }
  return (
    <GateFrame
      {...(takesPasswords ? { step: '1 of 2' } : {})}
      title="Become the first administrator"
      lead={
        takesPasswords
          ? 'You will invite everybody else. After this comes a second factor, because this account can do everything.'
          : 'You will invite everybody else.'
      }
    >
      <AcceptanceForm
        token={token}
        asksEmail
        onSubmit={(chosen) => call('setUp.begin', { body: { token, ...chosen } })}
      />
    </GateFrame>
  );
}
