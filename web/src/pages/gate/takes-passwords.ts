import { useApi } from '../../api/hooks.ts';

/** Whether passwords open anything on this server; taken for granted until it says otherwise. */
export function useTakesPasswords(): boolean {
  return useApi('signIn.options').data?.password ?? true;
}
