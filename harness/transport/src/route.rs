//! What lies between us and a target: whom its certificate may come from, what we show ourselves, and
//! the proxy in the way.

use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use url::Url;

use crate::HttpConfigError;

/// The way to a target beyond its address. The default is the plain way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// PEM octets of certificate authorities that are trusted beside this machine's.
    pub authorities: Option<Vec<u8>>,
    /// PEM octets of the client's certificate chain and private key.
    pub client_certificate: Option<Vec<u8>>,
    /// HTTP proxy that requests go through. Own octets ([`crate::Raw`]) go past it: a proxy would mend
    /// or refuse them.
    pub proxy: Option<Url>,
}

impl Route {
    /// The settings of an HTTP client.
    pub(crate) fn applied(
        &self,
        mut builder: reqwest::ClientBuilder,
    ) -> Result<reqwest::ClientBuilder, HttpConfigError> {
        if let Some(pem) = &self.authorities {
            self.roots()?;
            let certificates =
                reqwest::Certificate::from_pem_bundle(pem).map_err(HttpConfigError::Client)?;
            builder = builder.tls_certs_merge(certificates);
        }
        if let Some(pem) = &self.client_certificate {
            self.chain()?;
            let identity = reqwest::Identity::from_pem(pem).map_err(HttpConfigError::Client)?;
            builder = builder.identity(identity);
        }
        Ok(match &self.proxy {
            Some(url) => {
                let proxy = reqwest::Proxy::all(url.as_str()).map_err(HttpConfigError::Client)?;
                builder.proxy(proxy)
            }
            None => builder.no_proxy(),
        })
    }

    /// The further authorities; none if no file was given.
    pub(crate) fn roots(&self) -> Result<Vec<CertificateDer<'static>>, HttpConfigError> {
        let Some(pem) = &self.authorities else { return Ok(Vec::new()) };
        let wrong = |why: String| HttpConfigError::Pem { what: "certificate authorities", why };
        let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let found = found.map_err(|error| wrong(error.to_string()))?;
        let mut store = RootCertStore::empty();
        for certificate in &found {
            store.add(certificate.clone()).map_err(|error| wrong(error.to_string()))?;
        }
        if found.is_empty() {
            return Err(wrong("it holds no certificate".to_owned()));
        }
        Ok(found)
    }

    /// What we show of ourselves.
    pub(crate) fn chain(
        &self,
    ) -> Result<Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>, HttpConfigError>
    {
        let Some(pem) = &self.client_certificate else { return Ok(None) };
        let wrong = |why: String| HttpConfigError::Pem { what: "client certificate", why };
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let chain = chain.map_err(|error| wrong(error.to_string()))?;
        if chain.is_empty() {
            return Err(wrong("it holds no certificate".to_owned()));
        }
        let key = PrivateKeyDer::from_pem_slice(pem)
            .map_err(|_| wrong("it holds no private key beside the certificate".to_owned()))?;
        Ok(Some((chain, key)))
    }
}
