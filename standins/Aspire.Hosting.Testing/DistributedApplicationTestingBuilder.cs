using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>
/// Runs an AppHost's own entry point for a test: random ports, temporary data, nothing kept in user secrets, the dashboard off unless
/// the test switches it on.
/// </summary>
public static class DistributedApplicationTestingBuilder
{
    /// <summary>Runs the entry point up to the point where it builds its graph.</summary>
    /// <typeparam name="TEntryPoint">A type of the AppHost's assembly, such as <c>Projects.Shop_AppHost</c>.</typeparam>
    /// <param name="cancellationToken">Ends the wait for the entry point.</param>
    internal static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync<TEntryPoint>([], cancellationToken);

    /// <inheritdoc cref="CreateAsync{TEntryPoint}(CancellationToken)" />
    /// <param name="args">Command-line arguments of the AppHost; they override its configuration.</param>
    /// <param name="cancellationToken">Ends the wait for the entry point.</param>
    internal static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(
        string[] args, CancellationToken cancellationToken = default) where TEntryPoint : class =>
        CreateAsync<TEntryPoint>(args, (_, _) => { }, cancellationToken);

    /// <inheritdoc cref="CreateAsync{TEntryPoint}(CancellationToken)" />
    /// <param name="args">Command-line arguments of the AppHost; they override its configuration.</param>
    /// <param name="configureBuilder">Changes the options before the AppHost's builder is made.</param>
    /// <param name="cancellationToken">Ends the wait for the entry point.</param>
    public static async Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(
        string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder,
        CancellationToken cancellationToken = default) where TEntryPoint : class
    {
        ArgumentNullException.ThrowIfNull(configureBuilder);
        var entryPoint = new AppHostEntryPoint(typeof(TEntryPoint).Assembly, args, configureBuilder);
        return new TestingBuilder(entryPoint, await entryPoint.RunToBuildAsync(cancellationToken));
    }
}
