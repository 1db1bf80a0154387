using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>Shows every parameter with its value, or that the value is missing.</summary>
internal sealed class ParameterStates(IDistributedApplicationBuilder builder, ResourceNotificationService notifications, Failures failures)
{
    internal async Task PublishAsync()
    {
        foreach (var parameter in builder.Resources.OfType<ParameterResource>())
        {
            try
            {
                var value = parameter.Value;
                await notifications.PublishUpdateAsync(parameter, s => (s with { State = ResourceStateSnapshot.Plain(KnownResourceStates.Running) })
                    .WithProperty(KnownProperties.ParameterValue, value, parameter.Secret));
            }
            catch (DistributedApplicationException e)
            {
                await notifications.PublishUpdateAsync(parameter, s => (s with
                {
                    State = new(KnownResourceStates.ValueMissing, KnownResourceStateStyles.Warn),
                }).WithProperty(KnownProperties.ParameterValue, e.Message));
                failures.Report(parameter, e.Message);
            }
        }
    }
}
