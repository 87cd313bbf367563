import { describe, expect, test } from 'vitest';
import { applicationName, leavingName, presenceName, processOf } from '../../../src/db/application-name.ts';
import { addressOf, connectionUrl, parseDatabaseUrl } from '../../../src/db/connection-url.ts';

function parametersOf(server: string): URLSearchParams {
  return new URL(connectionUrl(parseDatabaseUrl(server), 'worker', 'rehearsal')).searchParams;
}

describe('the connection URL', () => {
  test('carries who connects and the schema', () => {
    const url = connectionUrl(parseDatabaseUrl('postgres://me:p%40ss@db:6543/books'), 'worker', 'rehearsal');
    const name = `signalman%20worker%20${process.pid}`;
    expect(url).toBe(
      `postgres://me:p%40ss@db:6543/books?application_name=${name}&options=-c%20search_path%3Drehearsal`,
    );
  });

  test('keeps the parameters of its owner, the schema last so that it holds', () => {
    const parameters = parametersOf('postgres://me@db/books?sslmode=require&options=-c%20statement_timeout%3D9s');
    expect(parameters.get('sslmode')).toBe('require');
    expect(parameters.get('options')).toBe('-c statement_timeout=9s -c search_path=rehearsal');
  });

  test('drops the one parameter that the driver would pass on to a server that does not know it', () => {
    expect(parametersOf('postgres://me@db/books?channel_binding=require').has('channel_binding')).toBe(false);
  });

  test('tells host, port, user and database, with their defaults', () => {
    expect(addressOf(parseDatabaseUrl('postgresql://db'))).toEqual({
      ...{ host: 'db', port: '5432', user: 'unnamed', database: 'unnamed' },
    });
  });
});

describe('the name of a connection', () => {
  test('gives its process away, unless that is leaving', () => {
    expect(processOf(applicationName('worker'))).toBe(process.pid);
    expect(processOf(presenceName('history import'))).toBe(process.pid);
    expect(processOf(leavingName())).toBeUndefined();
    expect(processOf('psql')).toBeUndefined();
    expect(processOf('signalman')).toBeUndefined();
  });
});
