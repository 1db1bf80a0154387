using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Runs the commands of resources: start, stop, restart and those that the AppHost adds.</summary>
public class ResourceCommandService
{
    private readonly ResourceNotificationService _notifications;
    private readonly ResourceLoggerService _loggers;
    private readonly IServiceProvider _services;

    internal ResourceCommandService(ResourceNotificationService notifications, ResourceLoggerService loggers, IServiceProvider services) =>
        (_notifications, _loggers, _services) = (notifications, loggers, services);

    /// <summary>Runs a command of one instance, or of all instances when a resource's name is given.</summary>
    /// <param name="resourceId">Id of an instance (<c>name-suffix</c>) or name of a resource.</param>
    /// <param name="commandName">One of <see cref="KnownResourceCommands"/>, or a command that the AppHost added.</param>
    /// <param name="cancellationToken">Ends the command.</param>
    public async Task<ExecuteCommandResult> ExecuteCommandAsync(string resourceId, string commandName, CancellationToken cancellationToken = default)
    {
        var targets = _notifications.All().Where(e => Named(e.ResourceId, resourceId)).ToArray();
        if (targets.Length == 0) targets = [.. _notifications.All().Where(e => Named(e.Resource.Name, resourceId))];
        if (targets.Length == 0) return CommandResults.Failure($"Resource '{resourceId}' not found.");

        var results = await Task.WhenAll(targets.Select(t => ExecuteAsync(t, commandName, cancellationToken)));
        return results.FirstOrDefault(r => !r.Success) ?? results[0];
    }

    private static bool Named(string name, string wanted) => string.Equals(name, wanted, StringComparison.OrdinalIgnoreCase);

    private async Task<ExecuteCommandResult> ExecuteAsync(ResourceEvent target, string commandName, CancellationToken cancellationToken)
    {
        var command = target.Resource.Annotations.OfType<ResourceCommandAnnotation>().LastOrDefault(c => c.Name == commandName);
        if (command is null) return CommandResults.Failure($"Resource '{target.Resource.Name}' has no command '{commandName}'.");
        try
        {
            return await command.ExecuteCommand(new()
            {
                ResourceName = target.ResourceId,
                ServiceProvider = _services,
                CancellationToken = cancellationToken,
                Logger = _loggers.GetLogger(target.ResourceId),
            });
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return CommandResults.Canceled();
        }
        catch (Exception e)
        {
            return CommandResults.Failure(e.Message);
        }
    }
}
