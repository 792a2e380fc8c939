//! The TLS of our own connections: the cryptography, the versions and the trust that reqwest's have.

use std::io;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use rustls_platform_verifier::Verifier;

use crate::{HttpConfigError, Route};

/// The one protocol that is spoken inside (RFC 7301).
const ALPN: &[u8] = b"http/1.1";

/// A client's side: trusts whom this machine trusts, or, `insecure`, anybody.
///
/// # Errors
/// If the machine's certificates cannot be read.
pub(crate) fn client_config(
    insecure: bool,
    route: &Route,
) -> Result<ClientConfig, HttpConfigError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(HttpConfigError::Tls)?;
    let builder = if insecure {
        let verifier = Arc::new(Anybody { algorithms: provider.signature_verification_algorithms });
        builder.dangerous().with_custom_certificate_verifier(verifier)
    } else {
        let roots = route.roots()?;
        let verifier = Verifier::new_with_extra_roots(roots, provider);
        let verifier = Arc::new(verifier.map_err(HttpConfigError::Tls)?);
        builder.dangerous().with_custom_certificate_verifier(verifier)
    };
    let mut config = match route.chain()? {
        Some((chain, key)) => {
            builder.with_client_auth_cert(chain, key).map_err(HttpConfigError::Tls)?
        }
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![ALPN.to_vec()];
    Ok(config)
}

/// Makes ring the process's cryptography, once; a second call finds it there.
pub(crate) fn install_tls() {
    let _ = CryptoProvider::install_default(ring::default_provider());
}

/// Believes every certificate.
#[derive(Debug)]
struct Anybody {
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Anybody {
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

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// The TLS error that an I/O error carries, if it does.
pub(crate) fn carried(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}
