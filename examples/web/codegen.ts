import type { CodegenConfig } from '@graphql-codegen/cli';
import { addTypenameSelectionDocumentTransform } from '@graphql-codegen/client-preset';

const config: CodegenConfig = {
  schema: '../../graph/schema.graphql',
  documents: ['src/**/*.{ts,tsx}', '!src/generated/**'],
  generates: {
    'src/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: { unmaskFunctionName: 'getFragmentData' } },
      documentTransforms: [addTypenameSelectionDocumentTransform],
      config: {
        strictScalars: true,
        scalars: { Date: 'string', DateTime: 'string', JSON: 'unknown', Long: 'number', URL: 'string' },
        nullability: { errorHandlingClient: true }, // what is null only with an error is not null here: errors are thrown
        useTypeImports: true,
        emitLegacyCommonJSImports: false,
      },
    },
    'src/generated/possible-types.ts': { plugins: ['fragment-matcher'] },
  },
};

export default config;
