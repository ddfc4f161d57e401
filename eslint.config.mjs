import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import jest from 'eslint-plugin-jest';
import tseslint from 'typescript-eslint';

/** Forbids files to import from folders of this repository. */
function forbidImports(files, folders) {
  return {
    files: [files],
    rules: { 'no-restricted-imports': ['error', { patterns: [{ regex: `^[./]+/${folders}` }] }] },
  };
}

export default tseslint.config(
  // Generated: imports/ by cdk8s, dist/ by cdk8s synth.
  {
    ignores: [
      'node_modules/',
      'imports/*services.k8s.aws.ts',
      'dist/',
      'coverage/',
      '.sandbox/',
      'controllers/',
      'sandbox/aws/',
      'sandbox/programs/',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      // Constructs register themselves with their scope; the handle is often not needed.
      'no-new': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      // A handler of a state machine that forgets a state. `default: impossible(state)` throws at run time as well.
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // One dialect for the whole project.
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/naming-convention': [
        'error',
        { selector: 'default', format: ['camelCase'], leadingUnderscore: 'allow' },
        { selector: 'import', format: ['camelCase', 'PascalCase'] },
        { selector: 'typeLike', format: ['PascalCase'] },
        // Keys are often not ours to choose: AWS's, Kubernetes' and programs' own.
        { selector: ['variable', 'parameter'], modifiers: ['destructured'], format: null },
        { selector: ['objectLiteralProperty', 'typeProperty', 'objectLiteralMethod', 'classProperty'], format: null },
      ],
    },
  },
  // Arrows go one way: environments → charts → synthesis → sandbox. Only the table of kinds may be read from everywhere.
  forbidImports('environments/**/*.ts', '(charts|synthesis|imports|sandbox)'),
  forbidImports('charts/**/*.ts', '(synthesis(?!/kinds$)|sandbox)'),
  forbidImports('synthesis/**/*.ts', 'sandbox'),
  forbidImports('synthesis/kinds.ts', ''),
  {
    // Tests read manifests back from YAML and JSON, where anything may stand.
    files: ['test/**/*.ts'],
    plugins: { jest },
    rules: {
      // Tests speak AWS's API, whose parameters are in capitals.
      '@typescript-eslint/naming-convention': 'off',
      'jest/consistent-test-it': ['error', { fn: 'test', withinDescribe: 'test' }],
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: {
      globals: {
        module: 'writable',
        require: 'readonly',
        process: 'readonly',
        console: 'readonly',
        setTimeout: 'readonly',
        setInterval: 'readonly',
      },
    },
  },
  prettier,
);
