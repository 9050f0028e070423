import ProxyServer
import Yams
