using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Microsoft.Extensions.ServiceDiscovery.Yarp")]
