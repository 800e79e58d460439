import type { OperationVariables, TypedDocumentNode } from '@apollo/client';
import { useMutation } from '@apollo/client/react';
import { say } from '../parts/announcements';
import { explain } from './errors';

type Result = { userErrors: { message: string }[] };
type Options<Data, Variables> = { variables?: Variables; optimisticResponse?: Data; keepsQuiet?: boolean };

/**
 * A mutation whose one field is called `result`. What is refused is shown; `run` gives the payload, or null if
 * nothing was done.
 */
export function useAction<Data extends { result: Result }, Variables extends OperationVariables>(document: TypedDocumentNode<Data, Variables>) {
  const [mutate, { loading }] = useMutation<Data, Variables>(document);
  const run = async (options: Options<Data, Variables>) => {
    try {
      const { data } = await mutate(options as never);
      const refusal = data?.result.userErrors[0];
      if (refusal) say(refusal.message);
      return data && !refusal ? (data.result as Data['result']) : null;
    } catch (error) {
      const { title, hint } = explain(error);
      say(`${title}. ${hint}`);
      return null;
    }
  };
  return [run, loading] as const;
}
