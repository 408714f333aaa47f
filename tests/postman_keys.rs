//! Signed requests and ciphers: the examples of their specifications; private keys stay out of the script.

use std::path::Path;

use serde_json::{Value, json};

use crate::postman::{collection, read, server, write};
use crate::program;

/// The key of the OAuth test cases (RSA-SHA1), without its armour.
const KEY: &str = "MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBALRiMLAh9iimur8V\nA7qVvdqxevEuUkW4K+2KdMXmnQbG9Aa7k7eBjK1S+0LYmVjPKlJGNXHDGuy5Fw/d\n7rjVJ0BLB+ubPK8iA/Tw3hLQgXMRRGRXXCn8ikfuQfjUS1uZSatdLB81mydBETlJ\nhI6GH4twrbDJCR2Bwy/XWXgqgGRzAgMBAAECgYBYWVtleUzavkbrPjy0T5FMou8H\nX9u2AC2ry8vD/l7cqedtwMPp9k7TubgNFo+NGvKsl2ynyprOZR1xjQ7WgrgVB+mm\nuScOM/5HVceFuGRDhYTCObE+y1kxRloNYXnx3ei1zbeYLPCHdhxRYW7T0qcynNmw\nrn05/KO2RLjgQNalsQJBANeA3Q4Nugqy4QBUCEC09SqylT2K9FrrItqL2QKc9v0Z\nzO2uwllCbg0dwpVuYPYXYvikNHHg+aCWF+VXsb9rpPsCQQDWR9TT4ORdzoj+Nccn\nqkMsDmzt0EfNaAOwHOmVJ2RVBspPcxt5iN4HI7HNeG6U5YsFBb+/GZbgfBT3kpNG\nWPTpAkBI+gFhjfJvRw38n3g/+UeAkwMI2TJQS4n8+hid0uus3/zOjDySH3XHCUno\ncn1xOJAyZODBo47E+67R4jV1/gzbAkEAklJaspRPXP877NssM5nAZMU0/O/NGCZ+\n3jPgDUno6WbJn5cqm8MqWhW1xGkImgRk+fkDBquiq4gPiT898jusgQJAd5Zrr6Q8\nAO/0isr/3aa6O6NLQxISLKcPDk2NOccAfS/xOtfOz4sJYM3+Bs4Io9+dZGSDCA54\nLw03eHTNQghS0A==";
/// The same in PKCS#1.
const KEY1: &str = "MIICXAIBAAKBgQC0YjCwIfYoprq/FQO6lb3asXrxLlJFuCvtinTF5p0GxvQGu5O3\ngYytUvtC2JlYzypSRjVxwxrsuRcP3e641SdASwfrmzyvIgP08N4S0IFzEURkV1wp\n/IpH7kH41EtbmUmrXSwfNZsnQRE5SYSOhh+LcK2wyQkdgcMv11l4KoBkcwIDAQAB\nAoGAWFlbZXlM2r5G6z48tE+RTKLvB1/btgAtq8vLw/5e3KnnbcDD6fZO07m4DRaP\njRryrJdsp8qazmUdcY0O1oK4FQfpprknDjP+R1XHhbhkQ4WEwjmxPstZMUZaDWF5\n8d3otc23mCzwh3YcUWFu09KnMpzZsK59OfyjtkS44EDWpbECQQDXgN0ODboKsuEA\nVAhAtPUqspU9ivRa6yLai9kCnPb9GcztrsJZQm4NHcKVbmD2F2L4pDRx4Pmglhfl\nV7G/a6T7AkEA1kfU0+DkXc6I/jXHJ6pDLA5s7dBHzWgDsBzplSdkVQbKT3MbeYje\nByOxzXhulOWLBQW/vxmW4HwU95KTRlj06QJASPoBYY3yb0cN/J94P/lHgJMDCNky\nUEuJ/PoYndLrrN/8zow8kh91xwlJ6HJ9cTiQMmTgwaOOxPuu0eI1df4M2wJBAJJS\nWrKUT1z/O+zbLDOZwGTFNPzvzRgmft4z4A1J6OlmyZ+XKpvDKloVtcRpCJoEZPn5\nAwaroquID4k/PfI7rIECQHeWa6+kPADv9IrK/92mujujS0MSEiynDw5NjTnHAH0v\n8TrXzs+LCWDN/gbOCKPfnWRkgwgOeC8NN3h0zUIIUtA=";
const RSA_PUBLIC: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC0YjCwIfYoprq/FQO6lb3asXrxLlJFuCvtinTF5p0GxvQGu5O3gYytUvtC2JlYzypSRjVxwxrsuRcP3e641SdASwfrmzyvIgP08N4S0IFzEURkV1wp/IpH7kH41EtbmUmrXSwfNZsnQRE5SYSOhh+LcK2wyQkdgcMv11l4KoBkcwIDAQAB";
/// A key of our own on P-256 (SEC 1).
const EC_KEY: &str = "MHcCAQEEIBUDBn/1ebtTDUEe2mZbOUVk57xtkQw15nIQJbKW1ToBoAoGCCqGSM49\nAwEHoUQDQgAEey6O2vVmVFRzaDw1FBnZe70fNLcXQKCRHp0DYqtMw/aWVQWa/ud8\ntGGxAJIT4P0eTt0DVg+HyjunJDsv3ZRpfw==";
const EC_PUBLIC: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEey6O2vVmVFRzaDw1FBnZe70fNLcXQKCRHp0DYqtMw/aWVQWa/ud8tGGxAJIT4P0eTt0DVg+HyjunJDsv3ZRpfw==";

fn pem(kind: &str, body: &str) -> String {
    format!("-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n")
}

/// Converts one request with `auth`; the script must not hold the key.
fn convert(folder: &Path, program: &loadwright_test_support::Program, url: &str, auth: &Value, test: &str) {
    let kind = auth["type"].clone();
    let items = json!([{"name": "a", "request": {"url": url, "auth": auth},
        "event": [{"listen": "test", "script": {"exec": [test]}}]}]);
    write(folder, "c.json", &collection(&items));
    let done = program.run(["convert", "c.json", "-o", "c.js", "--overwrite", "--quiet"]);
    assert_eq!(done.code, 0, "{kind}: {}", done.stderr);
    let script = read(folder, "c.js");
    assert!(!script.contains("MII") && script.contains("./pm/keys.js"), "{script}");
}

#[test]
fn rsa_signatures_are_those_of_the_test_cases() {
    let (program, folder) = program();
    let folder = folder.path();
    let oauth = |key: String| {
        json!({"type": "oauth1", "oauth1": {"consumerKey": "dpf43f3p2l4k3l03", "signatureMethod": "RSA-SHA1",
            "privateKey": key, "timestamp": "1196666512", "nonce": "13917289812797014437", "version": "1.0",
            "addParamsToHeader": true}})
    };
    let jwt = json!({"type": "jwt", "jwt": {"algorithm": "RS256", "privateKey": pem("PRIVATE KEY", KEY),
        "header": "{\"typ\":\"JWT\"}", "payload": "{\"sub\":\"1234567890\"}"}});
    let signature = "oauth_signature=\"jvTp%2FwX1TYtByB1m%2BPbyo0lnCOLIsyGCH7wke8AUs3BpnwZJtAuEJkvQL2%2F9n4s5wUmUl4aCI4BwpraNx4RtEXMe5qg5T1LVTGliMRpKasKsW%2F%2Fe%2BRinhejgCuzoH26dyF8iY2ZZ%2F5D1ilgeijhV%2FvBka5twt399mXwaYdCwFYE%3D\"";
    let photos = "http://photos.example.net/photos?file=vacaction.jpg&size=original";
    for (url, auth, expected) in [
        (photos, oauth(pem("PRIVATE KEY", KEY)), signature),
        (photos, oauth(pem("RSA PRIVATE KEY", KEY1)), signature),
        (
            "http://example.com/",
            jwt,
            "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.g5sbiVX2OxgiQv8DkdNMQgMjyBoe5kBdgNbH4XAeFvvdN0ckRzmp9PHKnG5fn4SOMBlo04btl4PD36xtwwkfsVqMJnBgxe8iPXrhPXhjlm_rfm5JmdKuYytW8hyiiGGwFVD1_ReKutJYu2Oj6Mhg1_7e2PMHcn60R0avuMB9HIA",
        ),
    ] {
        let (port, got) = server("{}");
        convert(folder, &program, url, &auth, "pm.visualizer.set('x')");
        write(folder, "config.json", &json!({"hosts": {"*:80": format!("127.0.0.1:{port}")}}));
        let done = program.run(["run", "c.js", "-c", "config.json"]);
        let sent = got.try_recv().unwrap_or_else(|_| panic!("{}{}", done.stdout, done.stderr));
        assert!(sent.contains(expected), "{sent}");
    }
}

#[test]
fn tokens_of_keys_are_verified_with_the_public_key() {
    let (program, folder) = program();
    let folder = folder.path();
    let (port, _got) = server("{}");
    let url = format!("http://127.0.0.1:{port}/");
    let cases = [
        (
            json!({"type": "jwt", "jwt": {"algorithm": "ES256", "privateKey": pem("EC PRIVATE KEY", EC_KEY), "payload": "{\"a\":1}"}}),
            EC_PUBLIC,
            "{ name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }",
        ),
        (
            json!({"type": "jwt", "jwt": {"algorithm": "PS256", "privateKey": pem("PRIVATE KEY", KEY), "payload": "{\"a\":1}"}}),
            RSA_PUBLIC,
            "{ name: 'RSA-PSS', hash: 'SHA-256', saltLength: 32 }",
        ),
        (
            json!({"type": "asap", "asap": {"alg": "RS512", "kid": "k/1", "iss": "me", "aud": "you", "privateKey": pem("PRIVATE KEY", KEY)}}),
            RSA_PUBLIC,
            "{ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512' }",
        ),
    ];
    for (auth, public, algorithm) in cases {
        let test = format!(
            "const bytes = (t) => Uint8Array.from(atob(t.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));\n\
             pm.test('verified', async () => {{\n\
             const [head, body, sign] = pm.request.headers.get('Authorization').replace('Bearer ', '').split('.');\n\
             const algorithm = {algorithm};\n\
             const key = await crypto.subtle.importKey('spki', bytes('{public}'), algorithm, false, ['verify']);\n\
             const ok = await crypto.subtle.verify(algorithm, key, bytes(sign), new TextEncoder().encode(head + '.' + body));\n\
             pm.expect(ok).to.be.true;\n}});\npm.visualizer.set('x');"
        );
        convert(folder, &program, &url, &auth, &test);
        let done = program.run(["run", "c.js"]);
        assert!(done.stdout.contains("✓ verified"), "{algorithm}: {}{}", done.stdout, done.stderr);
    }
}

/// Where the client says who it is: in a header, or among the fields.
#[test]
fn clients_ask_for_tokens_as_the_collection_says() {
    let (program, folder) = program();
    let folder = folder.path();
    for script in ["pm.response.to.have.status(200)", "pm.visualizer.set('x')"] {
        for (place, in_body) in [(json!("header"), false), (json!("body"), true), (Value::Null, false)] {
            let (port, got) = server(r#"{"access_token":"t","expires_in":3600}"#);
            let mut flow = json!({"grant_type": "client_credentials", "clientId": "client-1", "clientSecret": "s3",
                "accessTokenUrl": format!("http://127.0.0.1:{port}/token")});
            if !place.is_null() {
                flow["client_authentication"] = place.clone();
            }
            let items = json!([{"name": "a", "event": [{"listen": "test", "script": {"exec": [script]}}],
                "request": {"url": format!("http://127.0.0.1:{port}/a"), "auth": {"type": "oauth2", "oauth2": flow}}}]);
            write(folder, "c.json", &collection(&items));
            let done = program.run(["convert", "c.json", "-o", "c.js", "--overwrite", "--quiet"]);
            assert_eq!(done.code, 0, "{}", done.stderr);
            let done = program.run(["run", "c.js"]);
            let token = got.try_recv().unwrap_or_else(|_| panic!("{}", done.stderr));
            assert_eq!(token.contains("client_id=client-1"), in_body, "{place} {script}: {token}");
            assert_eq!(
                token.contains("Authorization: Basic Y2xpZW50LTE6czM="),
                !in_body,
                "{place} {script}: {token}"
            );
        }
    }
}

/// Vectors of FIPS 81, FIPS 46-3, NIST SP 800-38A, the Keccak team, RIPEMD's authors and RFC 6229's family.
#[test]
fn ciphers_and_digests_of_cryptojs_give_the_published_values() {
    let key = "hex('2b7e151628aed2a6abf7158809cf4f3c')";
    let block = "hex('6bc1bee22e409f96e93d7e117393172a')";
    let aes = |mode: &str, iv: &str| {
        format!(
            "C.AES.encrypt({block}, {key}, {{ mode: C.mode.{mode}, iv: hex('{iv}'), padding: C.pad.NoPadding }}).ciphertext"
        )
    };
    let iv = "000102030405060708090a0b0c0d0e0f";
    let cases = [
        ("C.DES.encrypt('Now is t', hex('0123456789abcdef'), { mode: C.mode.ECB, padding: C.pad.NoPadding }).ciphertext".to_owned(), "3fa40e8a984d4815"),
        ("C.DES.encrypt('Now is the time for all ', hex('0123456789abcdef'), { iv: hex('1234567890abcdef'), padding: C.pad.NoPadding }).ciphertext".to_owned(), "e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6"),
        ("C.TripleDES.encrypt(hex('5468652071756663'), hex('0123456789abcdef23456789abcdef01456789abcdef0123'), { mode: C.mode.ECB, padding: C.pad.NoPadding }).ciphertext".to_owned(), "a826fd8ce53b855f"),
        ("C.SHA3('')".to_owned(), "0eab42de4c3ceb9235fc91acffe746b29c29a8c366b7c60e4e67c466f36a4304c00fa9caf9d87976ba469bcbe06713b435f091ef2769fb160cdab33d3670680e"),
        ("C.SHA3('', { outputLength: 256 })".to_owned(), "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        ("C.RIPEMD160('abc')".to_owned(), "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"),
        ("C.RC4.encrypt(hex('0000000000000000'), hex('0123456789abcdef')).ciphertext".to_owned(), "7494c2e7104b0879"),
        (aes("ECB", iv), "3ad77bb40d7a3660a89ecaf32466ef97"),
        (aes("CBC", iv), "7649abac8119b246cee98e9b12e9197d"),
        (aes("CFB", iv), "3b3fd92eb72dad20333449f8e83cfb4a"),
        (aes("OFB", iv), "3b3fd92eb72dad20333449f8e83cfb4a"),
        (aes("CTR", "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"), "874d6191b620e3261bef6864990db6ce"),
        ("C.algo.SHA256.create().update('a').update('bc').finalize()".to_owned(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("C.TripleDES.decrypt(C.TripleDES.encrypt('back', 'pass').toString(), 'pass')".to_owned(), "6261636b"),
    ];
    let mut lines = vec!["const C = require('crypto-js'); const hex = C.enc.Hex.parse;".to_owned()];
    for (i, (code, expected)) in cases.iter().enumerate() {
        lines.push(format!(
            "pm.test('vector {i}', () => pm.expect(({code}).toString(C.enc.Hex)).to.equal('{expected}'));"
        ));
    }
    lines.push("pm.visualizer.set('x');".to_owned());
    let (program, folder) = program();
    let folder = folder.path();
    let (port, _got) = server("{}");
    let items = json!([{"name": "a", "request": {"url": format!("http://127.0.0.1:{port}/")},
        "event": [{"listen": "test", "script": {"exec": lines}}]}]);
    write(folder, "c.json", &collection(&items));
    let done = program.run(["convert", "c.json", "-o", "c.js", "--quiet"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let done = program.run(["run", "c.js"]);
    let passed = done.stdout.matches("✓ vector").count();
    assert_eq!((done.code, passed), (0, cases.len()), "{}{}", done.stdout, done.stderr);
}

/// The examples that Akamai's own clients are tested with.
#[test]
fn edgegrid_signs_as_akamai_does() {
    let (program, folder) = program();
    let folder = folder.path();
    let items = json!([{"name": "a", "request": {"url": "https://e.example/", "auth": {"type": "edgegrid", "edgegrid": {
        "accessToken": "a", "clientToken": "c", "clientSecret": "s"}}}}]);
    write(folder, "c.json", &collection(&items));
    assert_eq!(program.run(["convert", "c.json", "-o", "c.js", "--quiet"]).code, 0);
    let script = "import { authorize } from './pm/auth.js';
import { Request } from './pm/request.js';
import './pm/sign.js';

const auth = {
  type: 'edgegrid',
  clientToken: 'akab-client-token-xxx-xxxxxxxxxxxxxxxx',
  accessToken: 'akab-access-token-xxx-xxxxxxxxxxxxxxxx',
  clientSecret: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx=',
  timestamp: '20140321T19:34:21+0000',
  nonce: 'nonce-xx-xxxx-xxxx-xxxx-xxxxxxxxxxxx',
  maxBodySize: 2048,
};
const BASE = 'https://akaa-baseurl-xxxxxxxxxxx-xxxxxxxxxxxxx.luna.akamaiapis.net';
export default function () {
  for (const request of [
    { url: `${BASE}/` },
    { url: `${BASE}/testapi/v1/t1?p1=1&p2=2` },
    { url: `${BASE}/testapi/v1/t3`, method: 'POST', body: { mode: 'raw', raw: 'datadatadatadatadatadatadatadata' } },
  ]) {
    const made = new Request(request);
    authorize(made, auth, {});
    console.log(made.headers.get('Authorization').replace(/.*signature=/, 'signed '));
  }
}
";
    std::fs::write(folder.join("check.js"), script).expect("a file");
    let done = program.run(["run", "check.js", "--quiet"]);
    for signature in [
        "tL+y4hxyHxgWVD30X3pWnGKHcPzmrIF+LThiAOhMxYU=",
        "hKDH1UlnQySSHjvIcZpDMbQHihTQ0XyVAKZaApabdeA=",
        "hXm4iCxtpN22m4cbZb4lVLW5rhX8Ca82vCFqXzSTPe4=",
    ] {
        assert!(done.stderr.contains(&format!("signed {signature}")), "{signature}: {}", done.stderr);
    }
}

/// Examples of the specifications, byte by byte.
#[test]
fn signatures_are_those_of_the_specifications() {
    let clock = "const R = Date; Date = class extends R { constructor(...a) { if (a.length) super(...a); else super('2015-08-30T12:36:00Z'); } };";
    let cases = [
        (
            "oauth1",
            "http://photos.example.net/photos?file=vacation.jpg&size=original",
            json!({"consumerKey": "dpf43f3p2l4k3l03", "consumerSecret": "kd94hf93k423kf44", "token": "nnch734d00sl2jdk",
            "tokenSecret": "pfkkdhi9sl3r4s00", "signatureMethod": "HMAC-SHA1", "timestamp": "137131202", "nonce": "chapoH",
            "addParamsToHeader": true}),
            "oauth_signature=\"MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D\"",
        ),
        (
            "oauth1",
            "http://photos.example.net/photos",
            json!({"consumerKey": "k", "consumerSecret": "a b", "token": "t", "tokenSecret": "c&d", "signatureMethod": "PLAINTEXT",
            "addParamsToHeader": true}),
            "oauth_signature=\"a%2520b%26c%2526d\"",
        ),
        (
            "hawk",
            "http://example.com:8000/resource/1?b=1&a=2",
            json!({"authId": "dh37fgj492je", "authKey": "werxhqb98rpaxn39848xrunpaw3489ruxnpa98w4rxn", "algorithm": "sha256",
            "timestamp": "1353832234", "nonce": "j4h3g2", "extraData": "some-app-ext-data"}),
            "mac=\"6R4rV5iE+NPoym+WwjeHzjAGXUtLNIxmo1vpMofpLAE=\"",
        ),
        (
            "awsv4",
            "http://example.amazonaws.com/",
            json!({"accessKey": "AKIDEXAMPLE", "secretKey": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "region": "us-east-1", "service": "service"}),
            "SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        ),
        (
            "jwt",
            "http://example.com/",
            json!({"algorithm": "HS256", "secret": "your-256-bit-secret", "header": "{\"alg\":\"HS256\",\"typ\":\"JWT\"}",
            "payload": "{\"sub\":\"1234567890\",\"name\":\"John Doe\",\"iat\":1516239022}"}),
            "Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
        ),
        (
            "digest",
            "http://example.com/dir/index.html",
            json!({"username": "Mufasa", "password": "CircleOfLife", "realm": "testrealm@host.com", "nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093"}),
            "response=\"1949323746fe6a43ef61f9606e7febea\"",
        ),
    ];
    let (program, folder) = program();
    let folder = folder.path();
    for (kind, url, values, expected) in cases {
        let (port, got) = server("{}");
        let items = json!([{"name": "a", "request": {"url": url, "auth": {"type": kind, kind: values}}}]);
        let mut document = collection(&items);
        document["event"] = json!([{"listen": "prerequest", "script": {"exec": [clock]}}]);
        write(folder, "c.json", &document);
        let done = program.run(["convert", "c.json", "-o", "c.js", "--quiet"]);
        assert_eq!(done.code, 0, "{}", done.stderr);
        let to = format!("127.0.0.1:{port}");
        write(folder, "config.json", &json!({"hosts": {"*:80": to, "*:8000": to}}));
        let done = program.run(["run", "c.js", "-c", "config.json"]);
        let sent = got.try_recv().unwrap_or_else(|_| panic!("{kind}: {}{}", done.stdout, done.stderr));
        assert!(sent.contains(expected), "{kind}: {sent}");
    }
}
