// An OpenID provider for the tests: node provider.js PORT KEYS-FILE. Signs with
// the first key of the file; any login name is an account of that name.
import fs from 'node:fs';
import Provider from 'oidc-provider';

const [port, keys] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{
    client_id: 'camket',
    client_secret: 'a-secret-for-tests-alone-0123456789',
    application_type: 'native',
    redirect_uris: ['http://127.0.0.1:1/cb'],
    id_token_signed_response_alg: process.env.ALG ?? 'RS256',
  }, {
    client_id: 'another',
    client_secret: 'another-secret-for-tests-0123456789',
    application_type: 'native',
    redirect_uris: ['http://127.0.0.1:1/cb'],
    id_token_signed_response_alg: process.env.ALG ?? 'RS256',
  }],
  jwks: JSON.parse(fs.readFileSync(keys)),
  cookies: { keys: ['for-tests-alone'] },
  conformIdTokenClaims: false,
  claims: { openid: ['sub'], profile: ['preferred_username'] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, preferred_username: id }),
  }),
});
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
