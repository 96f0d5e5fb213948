import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';

type Check = (host: string, certificate: PeerCertificate) => Error | undefined;

/**
 * Where servers are named by IP addresses alone, the client does not tell Node which, and Node compares certificates with
 * `localhost` (@nats-io/transport-node 3.4.0, `startTLS`): then a certificate must be for one of the addresses that were given.
 * @param hosts as they were given
 * @returns undefined if there is a name among them, which the client does tell
 */
export function identityOf(hosts: readonly string[]): Check | undefined {
  const addresses = hosts.map((host) => host.replace(/^\[(.*)\]$/, '$1'));
  if (!addresses.every((address) => isIP(address) !== 0)) return undefined;
  return (_, certificate) => {
    const errors = addresses.map((address) => checkServerIdentity(address, certificate));
    return errors.includes(undefined) ? undefined : errors[0];
  };
}
