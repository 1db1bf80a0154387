using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>Builds the resource graph and the application that runs it.</summary>
public interface IDistributedApplicationBuilder
{
    /// <summary>Configuration of the AppHost: files, user secrets, environment, arguments.</summary>
    ConfigurationManager Configuration { get; }

    /// <summary>Name of the environment and directory of the AppHost.</summary>
    IHostEnvironment Environment { get; }

    /// <summary>Run or publish.</summary>
    DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <summary>Services of the AppHost process itself.</summary>
    IServiceCollection Services { get; }

    /// <summary>Directory of the AppHost project.</summary>
    internal string AppHostDirectory { get; }

    internal DistributedApplicationEventing Eventing { get; }

    internal IList<IResource> Resources { get; }

    internal DistributedApplicationOptions Options { get; }

    /// <summary>Makes the application; the graph is complete.</summary>
    DistributedApplication Build();

    internal IResourceBuilder<T> AddResource<T>(T resource) where T : IResource;

    internal IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource;
}
