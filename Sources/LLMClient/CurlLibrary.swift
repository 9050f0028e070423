/// Which libcurl runs, and with what below it.

import CCurl

package enum CurlLibrary {
    /// As `libcurl/8.5.0 OpenSSL/3.0.13 …`, from the library itself.
    package static var version: String { String(cString: curl_version()) }
}
