using System.Collections;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Google.Protobuf.WellKnownTypes;
using Health = Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus;

namespace Aspire.Hosting.Dashboard;

/// <summary>
/// Turns snapshots into the dashboard's messages. The dashboard breaks off the whole stream when a creation time, a
/// URL's display properties, a property's value or a command's names are missing, so those are always set.
/// </summary>
internal static class ResourceMessages
{
    public static Wire.Resource From(ResourceEvent source)
    {
        var snapshot = source.Snapshot;
        var resource = new Wire.Resource
        {
            Name = source.ResourceId,
            DisplayName = source.Resource.Name,
            Uid = source.ResourceId,
            ResourceType = snapshot.ResourceType,
            CreatedAt = Time(snapshot.CreationTimeStamp ?? DateTime.UnixEpoch),
            IsHidden = snapshot.IsHidden,
            SupportsDetailedTelemetry = source.Resource is ProjectResource,
        };
        if (snapshot.State is { } state)
        {
            resource.State = state.Text;
            if (state.Style is not null)
                resource.StateStyle = state.Style;
        }
        if (snapshot.StartTimeStamp is { } started)
            resource.StartedAt = Time(started);
        if (snapshot.StopTimeStamp is { } stopped)
            resource.StoppedAt = Time(stopped);
        AddLists(resource, snapshot);
        return resource;
    }

    private static void AddLists(Wire.Resource resource, CustomResourceSnapshot snapshot)
    {
        resource.Environment.AddRange(snapshot.EnvironmentVariables.Select(Variable));
        resource.Properties.AddRange(snapshot.Properties.Select(Property));
        if (snapshot.ExitCode is { } exitCode && !resource.Properties.Any(property => property.Name == "resource.exitCode"))
            resource.Properties.Add(new Wire.ResourceProperty { Name = "resource.exitCode", Value = Value.ForNumber(exitCode) });
        resource.Urls.AddRange(snapshot.Urls.Select(Url));
        resource.Volumes.AddRange(snapshot.Volumes.Select(volume => new Wire.Volume
        {
            Source = volume.Source ?? "", Target = volume.Target, MountType = volume.MountType, IsReadOnly = volume.IsReadOnly,
        }));
        resource.HealthReports.AddRange(snapshot.HealthReports.Select(Report));
        resource.Relationships.AddRange(snapshot.Relationships.Select(relationship => new Wire.ResourceRelationship
        {
            ResourceName = relationship.ResourceName, Type = relationship.Type,
        }));
        resource.Commands.AddRange(snapshot.Commands.Select(Command));
    }

    private static Wire.EnvironmentVariable Variable(EnvironmentVariableSnapshot variable)
    {
        var message = new Wire.EnvironmentVariable { Name = variable.Name, IsFromSpec = variable.IsFromSpec };
        if (variable.Value is not null)
            message.Value = variable.Value;
        return message;
    }

    private static Wire.ResourceProperty Property(ResourcePropertySnapshot property)
    {
        var message = new Wire.ResourceProperty { Name = property.Name, Value = ToValue(property.Value), IsSensitive = property.IsSensitive };
        if (property.Name == ConnectionStrings.OfChild)
        {
            // Names that the dashboard does not know are shown only when they are highlighted.
            message.DisplayName = "Connection string";
            message.IsHighlighted = true;
        }
        return message;
    }

    private static Value ToValue(object? value) => value switch
    {
        null => Value.ForNull(),
        string text => Value.ForString(text),
        bool flag => Value.ForBool(flag),
        int or long or double => Value.ForNumber(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
        DateTime time => Value.ForString(time.ToString("O", CultureInfo.InvariantCulture)),
        IEnumerable list => Value.ForList([.. list.Cast<object?>().Select(ToValue)]),
        _ => Value.ForString(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""),
    };

    private static Wire.Url Url(UrlSnapshot url)
    {
        var message = new Wire.Url
        {
            FullUrl = url.Url,
            IsInternal = url.IsInternal,
            IsInactive = url.IsInactive,
            DisplayProperties = new Wire.UrlDisplayProperties
            {
                DisplayName = url.DisplayProperties.DisplayName, SortOrder = url.DisplayProperties.SortOrder,
            },
        };
        if (url.Name is not null)
            message.EndpointName = url.Name;
        return message;
    }

    private static Wire.HealthReport Report(HealthReportSnapshot report)
    {
        var message = new Wire.HealthReport
        {
            Key = report.Name, Description = report.Description ?? "", Exception = report.ExceptionText ?? "",
        };
        if (report.Status is { } status)
            message.Status = status switch
            {
                Health.Healthy => Wire.HealthStatus.Healthy,
                Health.Degraded => Wire.HealthStatus.Degraded,
                _ => Wire.HealthStatus.Unhealthy,
            };
        if (report.LastRunAt is { } lastRun)
            message.LastRunAt = Time(lastRun);
        return message;
    }

    private static Wire.ResourceCommand Command(ResourceCommandSnapshot command)
    {
        var message = new Wire.ResourceCommand
        {
            Name = command.Name,
            DisplayName = command.DisplayName,
            IsHighlighted = command.IsHighlighted,
            State = command.State switch
            {
                ResourceCommandState.Enabled => Wire.ResourceCommandState.Enabled,
                ResourceCommandState.Disabled => Wire.ResourceCommandState.Disabled,
                _ => Wire.ResourceCommandState.Hidden,
            },
        };
        if (command.DisplayDescription is not null)
            message.DisplayDescription = command.DisplayDescription;
        if (command.ConfirmationMessage is not null)
            message.ConfirmationMessage = command.ConfirmationMessage;
        if (command.IconName is not null)
            message.IconName = command.IconName;
        if (command.IconVariant is { } variant)
            message.IconVariant = Variant(variant);
        return message;
    }

    private static Wire.IconVariant Variant(IconVariant variant) =>
        variant == IconVariant.Filled ? Wire.IconVariant.Filled : Wire.IconVariant.Regular;

    private static Timestamp Time(DateTime time) => Timestamp.FromDateTime(time.ToUniversalTime());
}
