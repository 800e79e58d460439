import type { CodegenConfig } from '@graphql-codegen/cli';
import { addTypenameSelectionDocumentTransform } from '@graphql-codegen/client-preset';

const config: CodegenConfig = {
  schema: '../../graph/schema.graphql',
  documents: ['src/**/*.{ts,tsx}', '!src/**/*.test.{ts,tsx}', '!src/generated/**'],
  generates: {
    'src/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: { unmaskFunctionName: 'getFragmentData' } },
      documentTransforms: [addTypenameSelectionDocumentTransform],
      config: {
        strictScalars: true,
        scalars: { Date: 'string', DateTime: 'string', JSON: 'unknown', Long: 'number', URL: 'string' },
        useTypeImports: true,
      },
    },
    'src/generated/schema.ts': { plugins: ['urql-introspection'], config: { useTypeImports: true } }, // what the cache knows of types
  },
};

export default config;
