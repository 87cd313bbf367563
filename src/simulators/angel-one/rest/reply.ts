export interface Refusal {
  readonly kind: 'refused';
  readonly code: string;
  readonly message: string;
  readonly isMalformed?: boolean;
}

/** What an endpoint answers; the server puts it into the envelope that the broker would use. */
export type Reply =
  | { readonly kind: 'done'; readonly data: unknown; readonly style?: 'gateway' }
  /** Back-office errors (`AB…`): `status`, `errorcode`. */
  | Refusal
  /** Gateway errors (`AG…`): `success`, `errorCode`. */
  | { readonly kind: 'gateway'; readonly code: string; readonly message: string };

export function isRefusal(value: object): value is Refusal {
  return 'kind' in value && value.kind === 'refused';
}

export function done(data: unknown): Reply {
  return { kind: 'done', data };
}

export function refused(code: string, message: string): Refusal {
  return { kind: 'refused', code, message };
}

/** The catch-all of the broker. */
export function somethingWrong(isMalformed = false): Refusal {
  return { kind: 'refused', code: 'AB1004', message: 'Something Went Wrong, Please Try After Sometime', isMalformed };
}

/** Empty collections are `null`, not `[]`. */
export function listOrNull(rows: readonly unknown[]): Reply {
  return done(rows.length === 0 ? null : rows);
}
