package budgets

import (
	"context"

	sdk "github.com/aws/aws-sdk-go-v2/service/budgets"
	"github.com/aws/aws-sdk-go-v2/service/budgets/types"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/budgets/v1alpha1"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/convert"
)

// readNotifications returns a budget's notifications with their subscribers. One that disappears meanwhile is left out.
func (b *budgets) readNotifications(ctx context.Context, name *string) ([]v1alpha1.NotificationWithSubscribers, error) {
	var found []v1alpha1.NotificationWithSubscribers
	pages := sdk.NewDescribeNotificationsForBudgetPaginator(b.api, &sdk.DescribeNotificationsForBudgetInput{AccountId: b.accountID(), BudgetName: name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if isMissing(err) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		for _, one := range page.Notifications {
			notification := notificationWithSubscribersFrom(&one)
			if notification.Subscribers, err = b.readSubscribers(ctx, name, &one); err != nil {
				return nil, err
			}
			if len(notification.Subscribers) > 0 {
				found = append(found, *notification)
			}
		}
	}
	return found, nil
}

func (b *budgets) readSubscribers(ctx context.Context, name *string, notification *types.Notification) ([]v1alpha1.Subscriber, error) {
	var found []v1alpha1.Subscriber
	pages := sdk.NewDescribeSubscribersForNotificationPaginator(b.api, &sdk.DescribeSubscribersForNotificationInput{
		AccountId: b.accountID(), BudgetName: name, Notification: notification,
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if isMissing(err) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		for _, one := range page.Subscribers {
			found = append(found, *fromSubscriber(&one))
		}
	}
	return found, nil
}

// syncNotifications makes AWS's notifications those that are declared. Both are normalised.
func (b *budgets) syncNotifications(ctx context.Context, declared, observed *v1alpha1.Budget) error {
	// Any notification can become any other.
	always := func(_, _ v1alpha1.NotificationWithSubscribers) bool { return true }
	for _, n := range pairs(declared.Spec.Notifications, observed.Spec.Notifications, settingsOf, always) {
		if err := b.syncNotification(ctx, declared.Spec.Name, n); err != nil {
			return err
		}
	}
	return nil
}

func (b *budgets) syncNotification(ctx context.Context, budget *string, n pair[v1alpha1.NotificationWithSubscribers]) error {
	switch {
	case n.observed == nil:
		_, err := b.api.CreateNotification(ctx, &sdk.CreateNotificationInput{
			AccountId: b.accountID(), BudgetName: budget, Notification: toNotification(n.declared), Subscribers: toSubscribers(n.declared.Subscribers),
		})
		return err
	case n.declared == nil:
		_, err := b.api.DeleteNotification(ctx, &sdk.DeleteNotificationInput{
			AccountId: b.accountID(), BudgetName: budget, Notification: toNotification(n.observed),
		})
		return err
	}
	notification := toNotification(n.declared)
	if settingsOf(*n.declared) != settingsOf(*n.observed) {
		if _, err := b.api.UpdateNotification(ctx, &sdk.UpdateNotificationInput{
			AccountId: b.accountID(), BudgetName: budget, OldNotification: toNotification(n.observed), NewNotification: notification,
		}); err != nil {
			return err
		}
	}
	for _, s := range pairs(n.declared.Subscribers, n.observed.Subscribers, subscriberOf, sameType) {
		if err := b.syncSubscriber(ctx, budget, notification, s); err != nil {
			return err
		}
	}
	return nil
}

// sameType subscribers are exchanged in one call: a notification has one SNS topic at most, so the old cannot wait for
// the new, and with its last subscriber a notification disappears, so that the new cannot wait for the old.
func sameType(a, b v1alpha1.Subscriber) bool {
	return subscriberOf(a).subscriptionType == subscriberOf(b).subscriptionType
}

func (b *budgets) syncSubscriber(ctx context.Context, budget *string, notification *types.Notification, s pair[v1alpha1.Subscriber]) (err error) {
	switch {
	case s.observed == nil:
		_, err = b.api.CreateSubscriber(ctx, &sdk.CreateSubscriberInput{
			AccountId: b.accountID(), BudgetName: budget, Notification: notification, Subscriber: toSubscriber(s.declared),
		})
	case s.declared == nil:
		_, err = b.api.DeleteSubscriber(ctx, &sdk.DeleteSubscriberInput{
			AccountId: b.accountID(), BudgetName: budget, Notification: notification, Subscriber: toSubscriber(s.observed),
		})
	case subscriberOf(*s.declared) != subscriberOf(*s.observed):
		_, err = b.api.UpdateSubscriber(ctx, &sdk.UpdateSubscriberInput{
			AccountId: b.accountID(), BudgetName: budget, Notification: notification,
			OldSubscriber: toSubscriber(s.observed), NewSubscriber: toSubscriber(s.declared),
		})
	}
	return err
}

func toSubscribers(subscribers []v1alpha1.Subscriber) []types.Subscriber {
	return convert.List(subscribers, func(one v1alpha1.Subscriber) types.Subscriber { return *toSubscriber(&one) })
}
