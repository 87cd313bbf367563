/** What a person has to give to trade at Angel One. All four are secrets. */
export interface AngelOneCredentials {
  readonly clientCode: string;
  readonly mpin: string;
  /** Base-32, as shown when TOTP was enrolled. */
  readonly totpSecret: string;
  readonly apiKey: string;
}

/** Where the broker, or its simulator, is reached. No trailing slash. */
export interface AngelOneEndpoints {
  readonly rest: string;
  readonly marketStream: string;
  readonly orderStream: string;
  readonly instrumentMaster: string;
}

export const ANGEL_ONE_ENDPOINTS: AngelOneEndpoints = {
  rest: 'https://apiconnect.angelone.in',
  marketStream: 'wss://smartapisocket.angelone.in/smart-stream',
  orderStream: 'wss://tns.angelone.in/smart-order-update',
  instrumentMaster: 'https://margincalculator.angelone.in/OpenAPI_File/files/OpenAPIScripMaster.json',
};

/** What the streams and calls authenticate with; valid until midnight IST at the latest. */
export interface AngelOneTokens {
  /** Without `Bearer`. */
  readonly jwt: string;
  readonly refresh: string;
  readonly feed: string;
}

/** What streams need of the session. */
export interface TokenSource {
  /** Today's tokens; logs in when there are none. Rejects with an error that says what to do when it may not try again. */
  tokens(signal?: AbortSignal): Promise<AngelOneTokens>;
  /** The broker has called these tokens invalid: the next `tokens` gets new ones, unless someone has done so already. */
  invalidate(tokens: AngelOneTokens): void;
}
