//! RSA: PKCS#1 v1.5 and PSS signatures, OAEP encryption.

use rquickjs::class::{JsClass, Readable, Trace, Tracer};
use rquickjs::function::Constructor;
use rquickjs::{Class, Ctx, Function, JsLifetime, Object, Result, Value};
use rsa::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _, EncodePublicKey as _};
use rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};
use rsa::{BigUint, Oaep, Pkcs1v15Sign, Pss, RsaPrivateKey, RsaPublicKey};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use super::bytes;
use crate::modules::crypto::digest;
use crate::vm::errors::go_error;
use crate::vm::state::state;
use crate::vm::values::array_buffer;

/// A key pair, or a public key alone.
pub struct RsaKey {
    private: Option<RsaPrivateKey>,
    public: RsaPublicKey,
}

// SAFETY: the type holds no JavaScript values
unsafe impl JsLifetime<'_> for RsaKey {
    type Changed<'to> = RsaKey;
}

impl<'js> Trace<'js> for RsaKey {
    fn trace<'a>(&self, _: Tracer<'a, 'js>) {}
}

impl<'js> JsClass<'js> for RsaKey {
    const NAME: &'static str = "RsaKey";
    type Mutable = Readable;

    fn constructor(_: &Ctx<'js>) -> Result<Option<Constructor<'js>>> {
        Ok(None)
    }
}

type Key<'js> = Class<'js, RsaKey>;

/// The host's randomness for the key crates.
struct HostRandom<'a, 'js>(&'a Ctx<'js>);

impl rsa::rand_core::RngCore for HostRandom<'_, '_> {
    fn next_u32(&mut self) -> u32 {
        let mut buffer = [0; 4];
        self.fill_bytes(&mut buffer);
        u32::from_le_bytes(buffer)
    }

    fn next_u64(&mut self) -> u64 {
        let mut buffer = [0; 8];
        self.fill_bytes(&mut buffer);
        u64::from_le_bytes(buffer)
    }

    fn fill_bytes(&mut self, buffer: &mut [u8]) {
        state(self.0).host.random(buffer);
    }

    fn try_fill_bytes(&mut self, buffer: &mut [u8]) -> std::result::Result<(), rsa::rand_core::Error> {
        self.fill_bytes(buffer);
        Ok(())
    }
}

impl rsa::rand_core::CryptoRng for HostRandom<'_, '_> {}

pub fn install<'js>(ctx: &Ctx<'js>, out: &Object<'js>) -> Result<()> {
    out.set("rsaGenerate", Function::new(ctx.clone(), generate)?)?;
    out.set("rsaImport", Function::new(ctx.clone(), import)?)?;
    out.set("rsaImportJwk", Function::new(ctx.clone(), import_jwk)?)?;
    out.set("rsaExport", Function::new(ctx.clone(), export)?)?;
    out.set("rsaParts", Function::new(ctx.clone(), parts)?)?;
    out.set("rsaInfo", Function::new(ctx.clone(), info)?)?;
    out.set("rsaSign", Function::new(ctx.clone(), sign)?)?;
    out.set("rsaVerify", Function::new(ctx.clone(), verify)?)?;
    out.set("rsaCrypt", Function::new(ctx.clone(), crypt)?)?;
    Ok(())
}

fn wrong(ctx: &Ctx<'_>, e: impl std::fmt::Display) -> rquickjs::Error {
    go_error(ctx, &e.to_string())
}

fn pair<'js>(ctx: &Ctx<'js>, private: RsaPrivateKey) -> Result<Key<'js>> {
    Class::instance(ctx.clone(), RsaKey { public: private.to_public_key(), private: Some(private) })
}

fn generate(ctx: Ctx<'_>, bits: usize) -> Result<Key<'_>> {
    if !(256..=16384).contains(&bits) {
        return Err(go_error(&ctx, "invalid modulus length"));
    }
    let private = RsaPrivateKey::new(&mut HostRandom(&ctx), bits).map_err(|e| wrong(&ctx, e))?;
    pair(&ctx, private)
}

fn import<'js>(ctx: Ctx<'js>, format: String, data: Value<'js>) -> Result<Key<'js>> {
    let data = bytes(&data);
    match format.as_str() {
        "pkcs8" => pair(&ctx, RsaPrivateKey::from_pkcs8_der(&data).map_err(|e| wrong(&ctx, e))?),
        "spki" => {
            let public = RsaPublicKey::from_public_key_der(&data).map_err(|e| wrong(&ctx, e))?;
            Class::instance(ctx.clone(), RsaKey { private: None, public })
        }
        _ => Err(go_error(&ctx, "unsupported key format")),
    }
}

fn import_jwk<'js>(
    ctx: Ctx<'js>,
    n: Value<'js>,
    e: Value<'js>,
    d: Value<'js>,
    p: Value<'js>,
    q: Value<'js>,
) -> Result<Key<'js>> {
    let number = |v: &Value<'js>| BigUint::from_bytes_be(&bytes(v));
    if !d.is_object() {
        let public = RsaPublicKey::new(number(&n), number(&e)).map_err(|e| wrong(&ctx, e))?;
        return Class::instance(ctx.clone(), RsaKey { private: None, public });
    }
    let primes = if p.is_object() { vec![number(&p), number(&q)] } else { Vec::new() };
    let private = RsaPrivateKey::from_components(number(&n), number(&e), number(&d), primes)
        .map_err(|e| wrong(&ctx, e))?;
    pair(&ctx, private)
}

fn export<'js>(ctx: Ctx<'js>, key: Key<'js>, format: String) -> Result<Value<'js>> {
    let key = key.borrow();
    let out = match (format.as_str(), &key.private) {
        ("spki", _) => key.public.to_public_key_der().map_err(|e| wrong(&ctx, e))?.as_bytes().to_vec(),
        ("pkcs8", Some(private)) => private.to_pkcs8_der().map_err(|e| wrong(&ctx, e))?.as_bytes().to_vec(),
        _ => return Err(go_error(&ctx, "unsupported key format")),
    };
    array_buffer(&ctx, out)
}

fn parts<'js>(ctx: Ctx<'js>, key: Key<'js>, private: bool) -> Result<Object<'js>> {
    let out = Object::new(ctx.clone())?;
    let key = key.borrow();
    let put = |name: &str, n: &BigUint| out.set(name, array_buffer(&ctx, n.to_bytes_be())?);
    put("n", key.public.n())?;
    put("e", key.public.e())?;
    if let Some(secret) = key.private.as_ref().filter(|_| private) {
        put("d", secret.d())?;
        if let [p, q, ..] = secret.primes() {
            put("p", p)?;
            put("q", q)?;
            put("dp", &(secret.d() % (p - BigUint::from(1u8))))?;
            put("dq", &(secret.d() % (q - BigUint::from(1u8))))?;
            if let Some(qi) = secret.crt_coefficient() {
                put("qi", &qi)?;
            }
        }
    }
    Ok(out)
}

fn info<'js>(ctx: Ctx<'js>, key: Key<'js>) -> Result<Object<'js>> {
    let out = Object::new(ctx.clone())?;
    let key = key.borrow();
    out.set("bits", key.public.n().bits() as f64)?;
    out.set("e", array_buffer(&ctx, key.public.e().to_bytes_be())?)?;
    Ok(out)
}

fn pkcs1(hash: &str) -> Pkcs1v15Sign {
    match hash {
        "sha1" => Pkcs1v15Sign::new::<Sha1>(),
        "sha384" => Pkcs1v15Sign::new::<Sha384>(),
        "sha512" => Pkcs1v15Sign::new::<Sha512>(),
        _ => Pkcs1v15Sign::new::<Sha256>(),
    }
}

fn pss(hash: &str, salt: usize) -> Pss {
    match hash {
        "sha1" => Pss::new_with_salt::<Sha1>(salt),
        "sha384" => Pss::new_with_salt::<Sha384>(salt),
        "sha512" => Pss::new_with_salt::<Sha512>(salt),
        _ => Pss::new_with_salt::<Sha256>(salt),
    }
}

fn oaep(hash: &str, label: Option<String>) -> Oaep {
    let mut scheme = match hash {
        "sha1" => Oaep::new::<Sha1>(),
        "sha384" => Oaep::new::<Sha384>(),
        "sha512" => Oaep::new::<Sha512>(),
        _ => Oaep::new::<Sha256>(),
    };
    scheme.label = label;
    scheme
}

fn sign<'js>(
    ctx: Ctx<'js>,
    name: String,
    key: Key<'js>,
    hash: String,
    data: Value<'js>,
    salt: usize,
) -> Result<Value<'js>> {
    let digest = digest(&hash, &bytes(&data)).unwrap_or_default();
    let key = key.borrow();
    let Some(private) = &key.private else { return Err(go_error(&ctx, "the key is not private")) };
    let mut random = HostRandom(&ctx);
    let signature = if name == "RSA-PSS" {
        private.sign_with_rng(&mut random, pss(&hash, salt), &digest)
    } else {
        private.sign_with_rng(&mut random, pkcs1(&hash), &digest)
    };
    array_buffer(&ctx, signature.map_err(|e| wrong(&ctx, e))?)
}

fn verify<'js>(
    name: String,
    key: Key<'js>,
    hash: String,
    signature: Value<'js>,
    data: Value<'js>,
    salt: usize,
) -> bool {
    let digest = digest(&hash, &bytes(&data)).unwrap_or_default();
    let key = key.borrow();
    let signature = bytes(&signature);
    if name == "RSA-PSS" {
        key.public.verify(pss(&hash, salt), &digest, &signature).is_ok()
    } else {
        key.public.verify(pkcs1(&hash), &digest, &signature).is_ok()
    }
}

fn crypt<'js>(
    ctx: Ctx<'js>,
    encrypt: bool,
    key: Key<'js>,
    hash: String,
    data: Value<'js>,
    label: Value<'js>,
) -> Result<Value<'js>> {
    let label = label.is_object().then(|| String::from_utf8_lossy(&bytes(&label)).into_owned());
    let scheme = oaep(&hash, label);
    let key = key.borrow();
    let data = bytes(&data);
    let done = match (&key.private, encrypt) {
        (_, true) => key.public.encrypt(&mut HostRandom(&ctx), scheme, &data),
        (Some(private), false) => private.decrypt(scheme, &data),
        (None, false) => return Err(go_error(&ctx, "the key is not private")),
    };
    array_buffer(&ctx, done.map_err(|e| wrong(&ctx, e))?)
}
