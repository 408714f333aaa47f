//! TLS configurations: versions, suites, client certificates, trust, and Go's words for failures.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    AlertDescription, CertificateError, ClientConfig, DigitallySignedStruct, ProtocolVersion, RootCertStore,
    SignatureScheme, SupportedCipherSuite,
};

use crate::failure::{Broken, code};
use crate::{ClientCertificate, NetworkError, TlsInfo, TlsSettings, TlsVersion};

/// Where systems keep their trusted certificates, most common first.
const SYSTEM_ROOTS: [&str; 6] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
];

/// One configuration per client certificate, each with and without HTTP/2 in ALPN.
#[derive(Debug)]
pub(crate) struct Tls {
    plain: Pair,
    by_domain: Vec<(Vec<String>, Pair)>,
}

#[derive(Clone, Debug)]
struct Pair {
    any: Arc<ClientConfig>,
    http1: Arc<ClientConfig>,
}

impl Tls {
    pub(crate) fn new(settings: &TlsSettings, http2: bool) -> Result<Self, NetworkError> {
        let verifier = verifier(settings)?;
        let pair = |certificate: Option<&ClientCertificate>| -> Result<Pair, NetworkError> {
            let mut config = config(settings, Arc::clone(&verifier), certificate)?;
            let http1 = Arc::new(config.clone());
            if http2 {
                config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
            }
            Ok(Pair { any: Arc::new(config), http1 })
        };
        let mut by_domain = Vec::new();
        for certificate in &settings.client_certificates {
            by_domain.push((certificate.domains.clone(), pair(Some(certificate))?));
        }
        Ok(Self { plain: pair(None)?, by_domain })
    }

    /// The configuration for a host; `http1` keeps HTTP/2 from being negotiated.
    pub(crate) fn config(&self, host: &str, http1: bool) -> Arc<ClientConfig> {
        let fits = |domains: &[String]| {
            domains.iter().any(|d| match d.strip_prefix("*.") {
                Some(tail) => host.split_once('.').is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(tail)),
                None => d.eq_ignore_ascii_case(host),
            })
        };
        let named = self.by_domain.iter().find(|(domains, _)| fits(domains));
        let general = || self.by_domain.iter().find(|(domains, _)| domains.is_empty());
        let pair = named.or_else(general).map_or(&self.plain, |(_, pair)| pair);
        Arc::clone(if http1 { &pair.http1 } else { &pair.any })
    }
}

fn config(
    settings: &TlsSettings,
    verifier: Arc<dyn ServerCertVerifier>,
    certificate: Option<&ClientCertificate>,
) -> Result<ClientConfig, NetworkError> {
    let mut provider = ring::default_provider();
    if !settings.cipher_suites.is_empty() {
        provider
            .cipher_suites
            .retain(|s| s.tls13().is_some() || settings.cipher_suites.iter().any(|n| n == suite_name(*s)));
    }
    let wanted =
        |v: TlsVersion| settings.min.is_none_or(|min| v >= min) && settings.max.is_none_or(|max| v <= max);
    let mut versions: Vec<&'static rustls::SupportedProtocolVersion> = Vec::new();
    if wanted(TlsVersion::Tls12) {
        versions.push(&rustls::version::TLS12);
    }
    if wanted(TlsVersion::Tls13) {
        versions.push(&rustls::version::TLS13);
    }
    if versions.is_empty() {
        return Err(NetworkError(
            "only TLS 1.2 and TLS 1.3 are supported; tlsVersion allows neither".to_owned(),
        ));
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&versions)
        .map_err(|e| NetworkError(e.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut config = match certificate {
        None => builder.with_no_client_auth(),
        Some(ClientCertificate { domains: _, cert, key, password }) => {
            if password.as_ref().is_some_and(|p| !p.is_empty()) && key.contains("ENCRYPTED") {
                return Err(NetworkError(
                    "encrypted private keys are not supported: decrypt the key first".to_owned(),
                ));
            }
            let chain =
                CertificateDer::pem_slice_iter(cert.as_bytes()).collect::<Result<Vec<_>, _>>().map_err(
                    |e| NetworkError(format!("tls: failed to find any PEM data in certificate input: {e}")),
                )?;
            let key = PrivateKeyDer::from_pem_slice(key.as_bytes())
                .map_err(|e| NetworkError(format!("tls: failed to find any PEM data in key input: {e}")))?;
            builder.with_client_auth_cert(chain, key).map_err(|e| NetworkError(format!("tls: {e}")))?
        }
    };
    config.resumption = Resumption::disabled();
    Ok(config)
}

fn verifier(settings: &TlsSettings) -> Result<Arc<dyn ServerCertVerifier>, NetworkError> {
    let provider = Arc::new(ring::default_provider());
    if settings.insecure_skip_verify {
        return Ok(Arc::new(AcceptAll(provider)));
    }
    let mut roots = RootCertStore::empty();
    let files: Vec<&str> =
        settings.ca_file.as_deref().map_or_else(|| SYSTEM_ROOTS.to_vec(), |file| vec![file]);
    for file in files {
        let Ok(found) = CertificateDer::pem_file_iter(file) else { continue };
        roots.add_parsable_certificates(found.filter_map(Result::ok));
        break;
    }
    if roots.is_empty() {
        return Ok(Arc::new(NameOnly(provider)));
    }
    let inner = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
        .build()
        .map_err(|e| NetworkError(e.to_string()))?;
    Ok(Arc::new(NameFirst(inner)))
}

/// `insecureSkipTLSVerify`.
#[derive(Debug)]
struct AcceptAll(Arc<CryptoProvider>);

/// No trusted certificates at all: everything is of an unknown authority.
#[derive(Debug)]
struct NameOnly(Arc<CryptoProvider>);

/// The usual verification, but a wrong host name is found before an unknown authority, as in Go.
#[derive(Debug)]
struct NameFirst(Arc<WebPkiServerVerifier>);

macro_rules! signatures_by {
    ($type:ty) => {
        fn verify_tls12_signature(
            &self,
            message: &[u8],
            cert: &CertificateDer<'_>,
            dss: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, rustls::Error> {
            rustls::crypto::verify_tls12_signature(
                message,
                cert,
                dss,
                &self.0.signature_verification_algorithms,
            )
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            cert: &CertificateDer<'_>,
            dss: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, rustls::Error> {
            rustls::crypto::verify_tls13_signature(
                message,
                cert,
                dss,
                &self.0.signature_verification_algorithms,
            )
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            self.0.signature_verification_algorithms.supported_schemes()
        }
    };
}

impl ServerCertVerifier for AcceptAll {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    signatures_by!(Self);
}

impl ServerCertVerifier for NameOnly {
    fn verify_server_cert(
        &self,
        cert: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        verify_server_name(&ParsedCertificate::try_from(cert)?, name)?;
        Err(CertificateError::UnknownIssuer.into())
    }

    signatures_by!(Self);
}

impl ServerCertVerifier for NameFirst {
    fn verify_server_cert(
        &self,
        cert: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        verify_server_name(&ParsedCertificate::try_from(cert)?, name)?;
        self.0.verify_server_cert(cert, intermediates, name, ocsp, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

/// A TLS failure in Go's words.
pub(crate) fn broken(error: &rustls::Error) -> Broken {
    let verify = "tls: failed to verify certificate: ";
    match error {
        rustls::Error::InvalidCertificate(reason) => match reason {
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Broken::new(
                    code::X509_HOSTNAME,
                    "x509: certificate doesn't match hostname",
                    format!("{verify}x509: certificate is not valid for this host"),
                )
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                Broken::plain(code::TLS, format!("{verify}x509: certificate has expired or is not yet valid"))
            }
            CertificateError::UnknownIssuer | CertificateError::BadSignature | CertificateError::Other(_) => {
                Broken::new(
                    code::X509_AUTHORITY,
                    "x509: unknown authority",
                    format!("{verify}x509: certificate signed by unknown authority"),
                )
            }
            other => Broken::plain(code::TLS, format!("{verify}x509: {other}")),
        },
        rustls::Error::InvalidMessage(_) => {
            Broken::plain(code::TLS_RECORD_HEADER, "tls: first record does not look like a TLS handshake")
        }
        rustls::Error::AlertReceived(alert) => {
            let text = match alert {
                AlertDescription::HandshakeFailure => "handshake failure".to_owned(),
                AlertDescription::ProtocolVersion => "protocol version not supported".to_owned(),
                AlertDescription::CertificateRequired => "certificate required".to_owned(),
                AlertDescription::BadCertificate => "bad certificate".to_owned(),
                AlertDescription::UnknownCA => "unknown certificate authority".to_owned(),
                other => format!("{other:?}"),
            };
            Broken::plain(code::TLS, format!("remote error: tls: {text}"))
        }
        other => Broken::plain(code::TLS, format!("tls: {other}")),
    }
}

pub(crate) fn info(connection: &rustls::ClientConnection) -> Option<TlsInfo> {
    let version = match connection.protocol_version()? {
        ProtocolVersion::TLSv1_3 => TlsVersion::Tls13,
        _ => TlsVersion::Tls12,
    };
    Some(TlsInfo { version, cipher_suite: suite_name(connection.negotiated_cipher_suite()?) })
}

/// Go's name of a suite.
fn suite_name(suite: SupportedCipherSuite) -> &'static str {
    use rustls::CipherSuite as S;
    match suite.suite() {
        S::TLS13_AES_128_GCM_SHA256 => "TLS_AES_128_GCM_SHA256",
        S::TLS13_AES_256_GCM_SHA384 => "TLS_AES_256_GCM_SHA384",
        S::TLS13_CHACHA20_POLY1305_SHA256 => "TLS_CHACHA20_POLY1305_SHA256",
        S::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 => "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        S::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 => "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        S::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 => "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        S::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 => "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        S::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 => "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        S::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 => "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        _ => "",
    }
}
