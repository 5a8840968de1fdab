declare module '../platform/events.js' {
  interface EventMap {
    'access.person-signed-in': { personId: string; face: 'office' | 'floor'; stationId: string | null };
    'access.person-signed-out': { personId: string };
    'access.api-key-created': { keyId: string; scopes: string[] };
    'access.api-key-revoked': { keyId: string };
  }
}

export {};
