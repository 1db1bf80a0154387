using System.ComponentModel.DataAnnotations;

namespace Shop.Catalog.Replication;

/// <summary>The section <c>Catalog:Standby</c>.</summary>
public sealed class StandbyOptions
{
    public const string Section = "Catalog:Standby";

    /// <summary>Age that nothing exceeds which a standby answers; where it cannot be kept, the primary is read. 0.5 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "01:00:00")]
    public TimeSpan MaxLag { get; set; } = TimeSpan.FromSeconds(1);
}
