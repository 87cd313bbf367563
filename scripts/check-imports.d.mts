export interface ImportFault {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
  readonly comment: string;
}

export interface ImportCheck {
  readonly filesRead: number;
  readonly importsRead: number;
  /** Sources on disk that dependency-cruiser did not read. */
  readonly unread: readonly string[];
  readonly faults: readonly ImportFault[];
}

export function checkImports(root: string): Promise<ImportCheck>;
