import { Kind, parse } from 'graphql';

/**
 * A fetcher whose operation is the one of the text that is sent. GraphiQL reads a tab a moment after it was opened, and until
 * then names the operation of the tab before.
 */
export const asWritten = (fetcher) => (request, options) => {
  const documentAST = read(request.query);
  if (!documentAST) return fetcher(request, options);
  const names = documentAST.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).map(({ name }) => name?.value);
  const operationName = names.length === 1 ? names[0] : request.operationName;
  return fetcher({ ...request, operationName }, { ...options, documentAST });
};

/** The document, unless the server will say what is wrong with it. */
function read(query) {
  try {
    return parse(query);
  } catch {
    return null;
  }
}
