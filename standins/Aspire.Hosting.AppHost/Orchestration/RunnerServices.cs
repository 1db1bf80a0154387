using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dcp;
using Aspire.Hosting.Eventing;

namespace Aspire.Hosting.Orchestration;

/// <summary>What every runner of an instance needs.</summary>
internal sealed record RunnerServices(
    DcpClient Dcp, InstancePlanner Planner, DependencyWaiter Waiter, Failures Failures, ResourceNotificationService Notifications,
    ResourceLoggerService Loggers, DistributedApplicationEventing Eventing, IServiceProvider Provider, TimeProvider Time);
