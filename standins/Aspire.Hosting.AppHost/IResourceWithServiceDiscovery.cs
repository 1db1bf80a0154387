using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>A resource whose endpoints callers find by its name.</summary>
public interface IResourceWithServiceDiscovery : IResourceWithEndpoints;
