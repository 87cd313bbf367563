interface ImportRule {
  readonly name: string;
  readonly severity: string;
  readonly comment: string;
}

declare const config: { readonly forbidden: readonly ImportRule[]; readonly options: object };
export default config;
