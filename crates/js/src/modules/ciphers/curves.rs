//! ECDSA and ECDH over P-256 and P-384.

use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p256::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _, EncodePublicKey as _};
use rquickjs::class::{JsClass, Readable, Trace, Tracer};
use rquickjs::function::Constructor;
use rquickjs::{Class, Ctx, Function, JsLifetime, Object, Result, Value};

use super::bytes;
use crate::modules::crypto::digest;
use crate::vm::errors::go_error;
use crate::vm::values::array_buffer;

/// A key of one of the curves; a public one has no private half.
pub enum CurveKey {
    P256 { private: Option<p256::SecretKey>, public: p256::PublicKey },
    P384 { private: Option<p384::SecretKey>, public: p384::PublicKey },
}

// SAFETY: the type holds no JavaScript values
unsafe impl JsLifetime<'_> for CurveKey {
    type Changed<'to> = CurveKey;
}

impl<'js> Trace<'js> for CurveKey {
    fn trace<'a>(&self, _: Tracer<'a, 'js>) {}
}

impl<'js> JsClass<'js> for CurveKey {
    const NAME: &'static str = "CurveKey";
    type Mutable = Readable;

    fn constructor(_: &Ctx<'js>) -> Result<Option<Constructor<'js>>> {
        Ok(None)
    }
}

type Key<'js> = Class<'js, CurveKey>;

pub fn install<'js>(ctx: &Ctx<'js>, out: &Object<'js>) -> Result<()> {
    out.set("ecGenerate", Function::new(ctx.clone(), generate)?)?;
    out.set("ecImport", Function::new(ctx.clone(), import)?)?;
    out.set("ecExport", Function::new(ctx.clone(), export)?)?;
    out.set("ecSign", Function::new(ctx.clone(), sign)?)?;
    out.set("ecVerify", Function::new(ctx.clone(), verify)?)?;
    out.set("ecdh", Function::new(ctx.clone(), agree)?)?;
    Ok(())
}

fn wrong(ctx: &Ctx<'_>) -> rquickjs::Error {
    go_error(ctx, "the key data is invalid")
}

fn generate(ctx: Ctx<'_>, curve: String) -> Result<Key<'_>> {
    let mut seed = [0u8; 48];
    loop {
        crate::vm::state::state(&ctx).host.random(&mut seed);
        let key = match curve.as_str() {
            "P-256" => p256::SecretKey::from_slice(&seed[..32])
                .ok()
                .map(|k| CurveKey::P256 { public: k.public_key(), private: Some(k) }),
            "P-384" => p384::SecretKey::from_slice(&seed)
                .ok()
                .map(|k| CurveKey::P384 { public: k.public_key(), private: Some(k) }),
            _ => return Err(go_error(&ctx, "unsupported curve")),
        };
        // a number beyond the curve's order is drawn again
        if let Some(key) = key {
            return Class::instance(ctx, key);
        }
    }
}

fn import<'js>(
    ctx: Ctx<'js>,
    curve: String,
    format: String,
    data: Value<'js>,
    scalar: Value<'js>,
) -> Result<Key<'js>> {
    let data = bytes(&data);
    let scalar = scalar.is_object().then(|| bytes(&scalar));
    macro_rules! read {
        ($curve:ident, $variant:ident) => {{
            let private = match (&scalar, format.as_str()) {
                (Some(scalar), _) => Some($curve::SecretKey::from_slice(scalar).map_err(|_| wrong(&ctx))?),
                (None, "pkcs8") => Some($curve::SecretKey::from_pkcs8_der(&data).map_err(|_| wrong(&ctx))?),
                _ => None,
            };
            let public = match (&private, format.as_str()) {
                (Some(private), _) => private.public_key(),
                (None, "spki") => $curve::PublicKey::from_public_key_der(&data).map_err(|_| wrong(&ctx))?,
                (None, _) => $curve::PublicKey::from_sec1_bytes(&data).map_err(|_| wrong(&ctx))?,
            };
            CurveKey::$variant { private, public }
        }};
    }
    let key = match curve.as_str() {
        "P-256" => read!(p256, P256),
        "P-384" => read!(p384, P384),
        _ => return Err(go_error(&ctx, "unsupported curve")),
    };
    Class::instance(ctx, key)
}

fn export<'js>(ctx: Ctx<'js>, key: Key<'js>, format: String) -> Result<Value<'js>> {
    macro_rules! write {
        ($private:expr, $public:expr) => {
            match format.as_str() {
                "raw" => Some($public.to_encoded_point(false).as_bytes().to_vec()),
                "spki" => $public.to_public_key_der().ok().map(|d| d.as_bytes().to_vec()),
                "pkcs8" => {
                    $private.as_ref().and_then(|k| k.to_pkcs8_der().ok()).map(|d| d.as_bytes().to_vec())
                }
                "scalar" => $private.as_ref().map(|k| k.to_bytes().to_vec()),
                _ => None,
            }
        };
    }
    let out = match &*key.borrow() {
        CurveKey::P256 { private, public } => write!(private, public),
        CurveKey::P384 { private, public } => write!(private, public),
    };
    array_buffer(&ctx, out.ok_or_else(|| go_error(&ctx, "unsupported key format"))?)
}

fn sign<'js>(ctx: Ctx<'js>, key: Key<'js>, hash: String, data: Value<'js>) -> Result<Value<'js>> {
    use p256::ecdsa::signature::hazmat::PrehashSigner as _;
    let digest = digest(&hash, &bytes(&data)).unwrap_or_default();
    let failed = || go_error(&ctx, "the data cannot be signed");
    let out = match &*key.borrow() {
        CurveKey::P256 { private: Some(private), .. } => {
            let signature: p256::ecdsa::Signature =
                p256::ecdsa::SigningKey::from(private).sign_prehash(&digest).map_err(|_| failed())?;
            signature.to_bytes().to_vec()
        }
        CurveKey::P384 { private: Some(private), .. } => {
            let signature: p384::ecdsa::Signature =
                p384::ecdsa::SigningKey::from(private).sign_prehash(&digest).map_err(|_| failed())?;
            signature.to_bytes().to_vec()
        }
        _ => return Err(failed()),
    };
    array_buffer(&ctx, out)
}

fn verify<'js>(key: Key<'js>, hash: String, signature: Value<'js>, data: Value<'js>) -> bool {
    use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
    let digest = digest(&hash, &bytes(&data)).unwrap_or_default();
    let signature = bytes(&signature);
    match &*key.borrow() {
        CurveKey::P256 { public, .. } => p256::ecdsa::Signature::from_slice(&signature)
            .is_ok_and(|s| p256::ecdsa::VerifyingKey::from(public).verify_prehash(&digest, &s).is_ok()),
        CurveKey::P384 { public, .. } => p384::ecdsa::Signature::from_slice(&signature)
            .is_ok_and(|s| p384::ecdsa::VerifyingKey::from(public).verify_prehash(&digest, &s).is_ok()),
    }
}

fn agree<'js>(ctx: Ctx<'js>, mine: Key<'js>, theirs: Key<'js>) -> Result<Value<'js>> {
    let shared = match (&*mine.borrow(), &*theirs.borrow()) {
        (CurveKey::P256 { private: Some(private), .. }, CurveKey::P256 { public, .. }) => {
            p256::ecdh::diffie_hellman(private.to_nonzero_scalar(), public.as_affine())
                .raw_secret_bytes()
                .to_vec()
        }
        (CurveKey::P384 { private: Some(private), .. }, CurveKey::P384 { public, .. }) => {
            p384::ecdh::diffie_hellman(private.to_nonzero_scalar(), public.as_affine())
                .raw_secret_bytes()
                .to_vec()
        }
        _ => return Err(go_error(&ctx, "the keys are of different curves")),
    };
    array_buffer(&ctx, shared)
}
