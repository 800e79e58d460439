import type { CodegenConfig } from '@graphql-codegen/cli';
import { addTypenameSelectionDocumentTransform } from '@graphql-codegen/client-preset';

const config: CodegenConfig = {
  schema: '../../graph/schema.graphql',
  documents: ['app.ts'],
  generates: {
    'generated/': {
      preset: 'client',
      presetConfig: { persistedDocuments: true, fragmentMasking: { unmaskFunctionName: 'getFragmentData' } },
      documentTransforms: [addTypenameSelectionDocumentTransform],
      config: {
        strictScalars: true,
        scalars: { Date: 'string', DateTime: 'string', JSON: 'unknown', Long: 'number', URL: 'string' },
        nullability: { errorHandlingClient: true },
        useTypeImports: true,
        emitLegacyCommonJSImports: false,
      },
    },
    'generated/possible-types.ts': { plugins: ['fragment-matcher'], config: { useExplicitTyping: true } },
  },
};

export default config;
