import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { call } from '../../api/call.ts';
import { ErrorState, Skeleton } from '../../ui/states.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { AcceptanceForm } from './acceptance-form.tsx';
import { useFragmentToken } from './fragment-token.ts';
import { GateFrame } from './gate-frame.tsx';
import { useTakesPasswords } from './takes-passwords.ts';

/** Behind the link of an invitation, or of a reset of somebody's factors. */
export function InvitationPage() {
  const token = useFragmentToken();
  if (token === null) {
    return (
      <GateFrame
        title="This link is incomplete"
        lead="The part after # is missing. Open the whole link that you were sent."
      >
        <Link to="/sign-in">I have an account already: sign in</Link>
      </GateFrame>
    );
  }
  return <Invitation token={token} />;
}

function Invitation({ token }: { readonly token: string }) {
  const takesPasswords = useTakesPasswords();
  const shown = useQuery({
    queryKey: ['invitation.show', token],
    queryFn: () => call('invitation.show', { body: { token } }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (shown.error !== null) {
    return (
      <GateFrame title="This invitation cannot be used">
        <ErrorState error={shown.error} retry={shown.refetch} />
      </GateFrame>
    );
  }
  if (shown.data === undefined) {
    return (
      <GateFrame title="Your invitation">
        <Skeleton lines={5} label="Reading the invitation" />
      </GateFrame>
    );
  }
  const { name, email, expiresAt } = shown.data;
  return (
    <GateFrame
      {...(takesPasswords ? { step: '1 of 2' } : {})}
      title="You are invited"
      lead={
        <>
          This opens your account. The invitation ends <Timestamp at={expiresAt} />.
        </>
      }
    >
      <AcceptanceForm
        token={token}
        name={name}
        email={email}
        onSubmit={({ email: _known, ...chosen }) => call('invitation.accept', { body: { token, ...chosen } })}
      />
    </GateFrame>
  );
}
