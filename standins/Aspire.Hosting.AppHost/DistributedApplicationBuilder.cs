using System.Diagnostics;
using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Publishing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

internal sealed class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private static readonly DiagnosticListener s_diagnostics = new("Aspire.Hosting");
    private readonly HostApplicationBuilder _host;

    internal DistributedApplicationBuilder(DistributedApplicationOptions options)
    {
        var settings = new HostApplicationBuilderSettings { DisableDefaults = true, Args = options.Args };
        Tell("DistributedApplicationBuilderConstructing", (options, settings));
        Options = options;
        var assembly = options.AppHostAssembly ?? Assembly.GetEntryAssembly() ?? typeof(DistributedApplicationBuilder).Assembly;
        AppHostDirectory = options.ProjectDirectory ?? AppHostConfiguration.DirectoryOf(assembly);
        AppHostConfiguration.Prepare(settings, options, assembly, AppHostDirectory);

        _host = new HostApplicationBuilder(settings);
        ExecutionContext = new(AppHostConfiguration.IsPublish(Configuration));
        AddServices();
        Tell("DistributedApplicationBuilderConstructed", this);
    }

    public ConfigurationManager Configuration => _host.Configuration;

    public IHostEnvironment Environment => _host.Environment;

    public DistributedApplicationExecutionContext ExecutionContext { get; }

    public IServiceCollection Services => _host.Services;

    public string AppHostDirectory { get; }

    public DistributedApplicationEventing Eventing { get; } = new();

    public IList<IResource> Resources { get; } = [];

    public DistributedApplicationOptions Options { get; }

    public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource
    {
        if (Resources.Any(r => string.Equals(r.Name, resource.Name, StringComparison.OrdinalIgnoreCase)))
            throw new DistributedApplicationException($"There are two resources named '{resource.Name}'.");
        Resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource => new ResourceBuilder<T>(this, resource);

    public DistributedApplication Build()
    {
        Tell("DistributedApplicationBuilding", this);
        // Only now, because a test may change the options until here.
        if (ExecutionContext.IsRunMode && !Options.DisableDashboard) Services.AddDashboard();
        var application = new DistributedApplication(_host.Build());
        Tell("DistributedApplicationBuilt", application);
        return application;
    }

    private void AddServices()
    {
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton<IDistributedApplicationBuilder>(this);
        Services.AddSingleton(Options);
        Services.AddSingleton(ExecutionContext);
        Services.AddSingleton(Eventing);
        Services.AddSingleton<ResourceLoggerService>();
        Services.AddSingleton(p => new ResourceNotificationService(p));
        Services.AddSingleton(p => new ResourceCommandService(
            p.GetRequiredService<ResourceNotificationService>(), p.GetRequiredService<ResourceLoggerService>(), p));
        Services.AddHealthChecks();
        Services.AddHttpClient();
        Services.AddAppHostLogging(Configuration, Options);
        // The process is the test's: its signals and its end are none of this application's business.
        if (Options.Testing) Services.AddSingleton<IHostLifetime, NoLifetime>();
        if (ExecutionContext.IsPublishMode) Services.AddManifestPublisher();
        else Services.AddOrchestration();
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private static void Tell(string name, object payload)
    {
        if (s_diagnostics.IsEnabled(name)) s_diagnostics.Write(name, payload);
    }
}
